// Lints texts as if they were files of this repository: reads `[{path, code}]` on stdin and writes, for each, the list
// of `{rule, message}`. A process of its own, since ESLint loads its configuration as a module, which jest can't.
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';

// From a command the parser takes every file as it is on disk; here the text is what counts.
process.env.TSESTREE_SINGLE_RUN = 'false';

const eslint = new ESLint();
const found = [];
for (const { path, code } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(code, { filePath: path });
  found.push(result.messages.map(({ ruleId, message }) => ({ rule: ruleId ?? 'parser', message })));
}
process.stdout.write(JSON.stringify(found));
