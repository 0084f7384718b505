export interface SourceRef { readonly topic: string; readonly partition: number; readonly offset: number }
