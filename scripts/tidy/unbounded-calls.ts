import ts from "typescript";
import type { Source } from "./sources.ts";

/** RxJS calls that grow without a bound where input is faster than what follows; each finding says what bounds it. */
export function unboundedCalls({ path, text }: Source): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const rxjs = importedFrom(file, "rxjs");
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression) && rxjs.has(node.expression.text)) {
      const advice = rules[node.expression.text]?.(node.arguments ?? ts.factory.createNodeArray(), path);
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      if (advice !== undefined) found.push(`${path}:${line} ${node.expression.text}: ${advice}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

type Rule = (given: ts.NodeArray<ts.Expression>, path: string) => string | undefined;

const concurrent: Rule = (given) => (given.length < 2 ? "give it a concurrency, and a source that is pulled" : undefined);
const inStreamOnly: Rule = (_, path) =>
  path.startsWith("operators/") && !path.startsWith("operators/stream/")
    ? "a stage has a step and a close; Subjects stand in operators/stream/ alone"
    : undefined;

/** By RxJS' own names: an import under another name escapes them. */
const rules: Readonly<Record<string, Rule>> = {
  mergeMap: concurrent,
  flatMap: concurrent,
  mergeAll: (given) => (given.length < 1 ? "give it a concurrency" : undefined),
  expand: concurrent,
  Subject: inStreamOnly,
  BehaviorSubject: inStreamOnly,
  ReplaySubject: (given, path) => (given.length < 1 ? "give it a buffer size" : inStreamOnly(given, path)),
  shareReplay: (given) => (given.length < 1 ? "give it a buffer size and refCount" : undefined),
  bufferTime: (given) => (given.length < 3 ? "give it a largest size (its third argument), or cut by count" : undefined),
  buffer: () => "it grows until its notifier speaks: cut by count, or close by the watermark",
};

/** Local names of what is imported from a package. */
function importedFrom(file: ts.SourceFile, name: string): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (statement.moduleSpecifier.text !== name && !statement.moduleSpecifier.text.startsWith(`${name}/`)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings !== undefined && ts.isNamedImports(bindings)) for (const one of bindings.elements) names.add(one.name.text);
  }
  return names;
}
