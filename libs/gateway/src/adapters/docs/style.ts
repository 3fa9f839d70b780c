/** The page's only style sheet. Colours keep a contrast of 7:1 for text (WCAG 2.2, 1.4.6) in light and dark. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#424a53;--paper:#fff;--shade:#f3f5f7;--line:#d0d7de;--accent:#0a4d8c}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf0;--soft:#b6c0ca;--paper:#12161b;--shade:#1c2229;--line:#39424c;--accent:#8ec7ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,sans-serif;display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem;border-right:1px solid var(--line);font-size:.9rem}
nav ul{list-style:none;margin:0 0 1rem;padding:0}
nav a{display:block;padding:.15rem 0;text-decoration:none}
main{padding:2rem 2.5rem 6rem;max-width:64rem}
a{color:var(--accent)}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
h1{margin:0 0 .5rem;line-height:1.2}
h2{margin:3.5rem 0 .5rem;line-height:1.25;border-top:1px solid var(--line);padding-top:1.5rem}
h3{margin:1.5rem 0 .5rem;font-size:1rem}
code,pre{font:.88em/1.5 ui-monospace,monospace;background:var(--shade);border-radius:4px}
code{padding:.1em .3em}
pre{padding:.9rem 1rem;overflow:auto;border:1px solid var(--line)}
.route{font:600 .95rem/1.5 ui-monospace,monospace;color:var(--soft);margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
small{color:var(--soft)}
@media (max-width:52rem){body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}main{padding:1.5rem 1rem 4rem}}
`;
