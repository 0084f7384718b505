import ts from "typescript";
import type { Source } from "./sources.ts";

/** What is measured of one file, before any is set against another. */
export interface Measures {
  readonly lines: number;
  /** Lines that hold nothing but comment; `docLines` those of them in doc comments. */
  readonly commentLines: number;
  readonly docLines: number;
  readonly functions: readonly MeasuredFunction[];
  /** Uses of the type `any`. */
  readonly anys: number;
}

/** A function with a body. Its doc comment is not part of its length. */
export interface MeasuredFunction {
  readonly name: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly lines: number;
}

/** The style figures of one TypeScript file. Blank lines count as lines of a file, not of comment. */
export function measure({ path, text }: Source): Measures {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const functions: MeasuredFunction[] = [];
  let anys = 0;
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) anys += 1;
    if (isFunction(node) && node.body !== undefined && !groupsTests(node)) functions.push(measured(node, file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  const lines = lineCount(text);
  return { lines, ...commentLines(text, file), functions, anys };
}

const lineCount = (text: string): number => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

type FunctionNode =
  | ts.FunctionDeclaration
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.AccessorDeclaration
  | ts.ArrowFunction
  | ts.FunctionExpression;

const isFunction = (node: ts.Node): node is FunctionNode =>
  ts.isFunctionDeclaration(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node) ||
  ts.isAccessor(node) ||
  ts.isArrowFunction(node) ||
  ts.isFunctionExpression(node);

/** A heading over tests is as long as they are together: what `describe` is given, and a contract that calls it. */
function groupsTests({ parent, body }: FunctionNode): boolean {
  if (ts.isCallExpression(parent) && describes(parent)) return true;
  return (
    body !== undefined && ts.isBlock(body) && body.statements.some((one) => ts.isExpressionStatement(one) && describes(one.expression))
  );
}

const describes = (node: ts.Expression): boolean => ts.isCallExpression(node) && /^describe\b/.test(node.expression.getText());

function measured(node: FunctionNode, file: ts.SourceFile): MeasuredFunction {
  const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
  const lines = file.getLineAndCharacterOfPosition(node.end).line - line + 1;
  return { name: nameOf(node), line: line + 1, lines };
}

function nameOf(node: FunctionNode): string {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return "constructor";
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return parent.name.getText();
  if (ts.isCallExpression(parent)) return `the function given to ${parent.expression.getText().split("\n")[0]}`;
  return "a function";
}

/** Comments are found between tokens: what looks like one inside a text or a pattern is none. */
function commentLines(text: string, file: ts.SourceFile): { commentLines: number; docLines: number } {
  const comment = new Set<number>();
  const doc = new Set<number>();
  const code = new Set<number>();
  const mark = (into: Set<number>, from: number, to: number): void => {
    const last = file.getLineAndCharacterOfPosition(to).line;
    for (let line = file.getLineAndCharacterOfPosition(from).line; line <= last; line += 1) into.add(line);
  };
  const seen = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    for (const { pos, end } of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) {
      if (seen.has(pos)) continue;
      seen.add(pos);
      mark(comment, pos, end);
      if (text.startsWith("/**", pos)) mark(doc, pos, end);
    }
    const children = node.getChildren(file);
    if (children.length === 0 && node.kind !== ts.SyntaxKind.EndOfFileToken) mark(code, node.getStart(file), node.end);
    for (const child of children) visit(child);
  };
  visit(file);
  const alone = (lines: Set<number>) => [...lines].filter((line) => !code.has(line)).length;
  return { commentLines: alone(comment), docLines: alone(doc) };
}
