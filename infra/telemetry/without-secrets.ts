/** A text that people are shown, less the user and the password that an address in it may carry (`http://user:password@host`). */
export const withoutSecrets = (text: string): string => text.replace(/\/\/[^/?#\s]*@/g, "//");
