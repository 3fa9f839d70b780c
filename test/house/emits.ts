import ts from 'typescript';
import { parse, walk } from './imports.ts';

const CONTRACTS = /^@smartscan\/contracts\/([a-z-]+)$/;

/** `owner:export` of each name that a file has of the contracts, by its name in the file. */
function contractNames(file: ts.SourceFile): Map<string, string> {
  const names = new Map<string, string>();
  walk(file, (node) => {
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return;
    const owner = CONTRACTS.exec(node.moduleSpecifier.text)?.[1];
    const bindings = node.importClause?.namedBindings;
    if (!owner || !bindings || !ts.isNamedImports(bindings)) return;
    for (const { name, propertyName } of bindings.elements)
      names.set(name.text, `${owner}:${(propertyName ?? name).text}`);
  });
  return names;
}

/** The contracts, as `owner:export`, that a source tells with `….emit(contract, …)`. */
export function emitsIn(path: string, text?: string): string[] {
  const file = parse(path, text);
  const names = contractNames(file);
  const found: string[] = [];
  walk(file, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const [contract] = node.arguments;
    if (node.expression.name.text !== 'emit' || !contract) return;
    walk(contract, (part) => {
      const name = ts.isIdentifier(part) ? names.get(part.text) : undefined;
      if (name) found.push(name);
    });
  });
  return found;
}
