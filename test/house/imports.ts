import ts from 'typescript';
import { posix } from 'node:path';
import { filesBelow, projects, read } from './tree.ts';

export const parse = (path: string, text = read(path)): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);

/** Calls `visit` for every node of a file, outermost first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** What a file imports in any way: of values or of types, exported onward, dynamically, or as the type `import('x')`. */
export function importsOf(file: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(file, (node) => {
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
  });
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  const isImport = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImport ? node.arguments[0] : undefined;
}

/** The source behind `@smartscan/<lib>[/<subpath>]`, by the lib's exports. */
function sourceOfPackage(specifier: string): string | undefined {
  const project = projects().find(({ packageName }) => `${specifier}/`.startsWith(`${packageName}/`));
  if (!project) return undefined;
  const subpath = `.${specifier.slice(project.packageName.length)}`;
  const exact = project.exports[subpath];
  const pattern = project.exports['./*'];
  const target = exact ?? pattern?.replace('*', subpath.slice(2));
  return target === undefined ? undefined : posix.join(project.root, target);
}

export type Graph = ReadonlyMap<string, readonly string[]>;

/** Which of our files imports which, type imports included: a circle of types is a circle for who reads it. */
export function importGraph(): Graph {
  const files = ['apps', 'libs', 'test'].flatMap(filesBelow).filter((path) => path.endsWith('.ts'));
  const packages = new Map<string, string | undefined>();
  const resolve = (from: string, specifier: string): string | undefined => {
    if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
    if (!packages.has(specifier)) packages.set(specifier, sourceOfPackage(specifier));
    return packages.get(specifier);
  };
  return new Map(
    files.map((path) => {
      const targets = importsOf(parse(path)).map((specifier) => resolve(path, specifier));
      return [path, targets.filter((target) => target !== undefined)];
    }),
  );
}

/**
 * Circles as lists of files, each found once: the strongly connected components of more than one file, and files that
 * import themselves. By Tarjan, Depth-first search and linear graph algorithms, 1972.
 */
export function circles(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  /** Gives the lowest place in the order that can be reached from a file over files that are still open. */
  const visit = (path: string): number => {
    const place = order.size;
    order.set(path, place);
    stack.push(path);
    let lowest = place;
    for (const next of graph.get(path) ?? []) {
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, order.get(next) ?? place);
    }
    if (lowest === place) close(stack.splice(stack.indexOf(path)));
    return lowest;
  };
  const close = (component: string[]): void => {
    const [first = ''] = component;
    if (component.length > 1 || graph.get(first)?.includes(first)) found.push(component);
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return found;
}
