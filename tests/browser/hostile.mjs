// Hostile text in every field of a report, or of findings, stays text:  node hostile.mjs WRITE_PAGE CHROMIUM
//
// For each attack the page has the same elements and attributes as with harmless text, no script
// ran, nothing was requested, and the page's own policy was not violated. The canary shows that
// the checks see what they look for: the same attacks in a raw page without a policy do run and
// do fetch; with the report's policy they do not.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chromium } from './chromium.mjs';

const [writer, program] = process.argv.slice(2);
const HARMLESS = 'harmless';

// @ is the canary's address; ran() is replaced by a statement that leaves a mark.
const ATTACKS = [
    '<script>ran()</script>',
    '<ScRiPt src=@></sCrIpT>',
    '</script><script>ran()</script>',
    '<img src=x onerror=ran()>',
    '<img src="@">',
    '<svg onload=ran()>',
    '<svg><script>ran()</script></svg>',
    '<svg><style><img src=x onerror=ran()></style></svg>',
    '<math><mtext></form><form><mglyph><style></math><img src=x onerror=ran()>',
    '<iframe src="javascript:parent.ran()"></iframe>',
    '<iframe srcdoc="<script>parent.ran()</script>"></iframe>',
    '<object data="data:text/html,<script>ran()</script>"></object>',
    '<embed src=@>',
    'javascript:ran()',
    '<a href="javascript:ran()" autofocus onfocus=ran()>x</a>',
    '" onload="ran()" autofocus onfocus="ran()" x="',
    "' onmouseover='ran()' x='",
    '"><img src=x onerror=ran()>',
    "'><img src=x onerror=ran()>",
    ' onerror=ran() ',
    '</title><script>ran()</script>',
    '</textarea><script>ran()</script>',
    '</style><script>ran()</script>',
    '<style>@import "@"; * { display: none }</style>',
    '<link rel=stylesheet href=@>',
    '<p style="background:url(@)">',
    '<!-- <script>ran()</script>',
    '--><script>ran()</script><!--',
    '--!><img src=x onerror=ran()>',
    '<![CDATA[<script>ran()</script>]]>',
    ']]><script>ran()</script>',
    '<?xml version="1.0"?><?php echo 1 ?>',
    '<!DOCTYPE html><html><body onload=ran()>',
    '<base href=@>',
    '<meta http-equiv=refresh content="0;url=@">',
    '<meta http-equiv="Content-Security-Policy" content="script-src *">',
    '<form action=@><input autofocus onfocus=ran()></form>',
    '<details open ontoggle=ran()>',
    '<video><source onerror=ran()></video>',
    '<template><script>ran()</script></template>',
    '<noscript><p title="</noscript><img src=x onerror=ran()>">',
    '<xss onanimationstart=ran() style="animation:x 1s">',
    '{{constructor.constructor("ran()")()}}',
    '${ran()} #{ran()} <%= ran() %> [[${ran()}]]',
    'data:text/html,<script>ran()</script>',
    '&lt;script&gt;ran()&lt;/script&gt;',
    '&#60;script&#62;ran()&#60;/script&#62;',
    '&quot; onload=ran() x=&quot;',
    '<scr\\1ipt>ran()</scr\\1ipt>',
    'x\\000<script>ran()</script>', // ends the C string: what follows is not there
    '\\xff\\xfe<script>ran()</script>'.replace(/\\x(..)/g, (_, h) => '\\' + parseInt(h, 16).toString(8)),
    '\\303<img src=x onerror=ran()>',              // a lead byte that would swallow the '<'
    '\\340\\200\\274script\\340\\200\\276ran()',   // overlong '<' and '>'
    '\\355\\240\\200<script>ran()</script>',       // a lone surrogate
    '+ADw-script+AD4-ran()+ADw-/script+AD4-',      // UTF-7
    '\\033[31m\\033]8;;@\\007x',                   // terminal escapes
    '\u202E<script>ran()</script>\u2066',
    '\uFF1Cscript\uFF1Eran()\uFF1C/script\uFF1E',
    '\u2028<script>ran()</script>',
    'line\r\n<script>\nran()\n</script>\ttab',
    '`-alert`<img src=`x`onerror=ran()>',
];
const MARK = "document.documentElement.setAttribute('data-ran','1')";

// What there is in the page but text: names of elements in order, their attributes, and the values
// of all attributes that never hold a text.
function structure() {
    const texts = ['alt', 'aria-label', 'data-label', 'src'];
    return [...document.querySelectorAll('*')].map((element) => {
        const attributes = [...element.attributes].map(({ name, value }) =>
            texts.includes(name) && !value.startsWith('data:') ? name : `${name}=${value.slice(0, 99)}`);
        return `${element.nodeName} ${attributes.join(' ')}`;
    });
}

let n_failed = 0;
function check(holds, what) {
    if (holds) return;
    n_failed++;
    console.log(`FAILED: ${what}`);
}

const folder = mkdtempSync(join(tmpdir(), 'proofsheet-hostile-'));
const leaks = [];
const server = createServer((request, response) => { leaks.push(request.url); response.end(); });
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${server.address().port}/leak`;
const arm = (attack) => attack.replaceAll('parent.ran()', 'ran()').replaceAll('ran()', MARK).replaceAll('@import', '\0')
    .replaceAll('@', address).replaceAll('\0', '@import');

function write(kind, text) {
    const path = join(folder, 'page.html');
    execFileSync(writer, [kind, path, text]);
    return path;
}

const browser = new Chromium(program);
try {
    const page = await browser.open();
    const look = async (path, settle_ms) => {
        leaks.length = 0;
        await page.load(path, settle_ms);
        return {
            structure: await page.evaluate(structure),
            ran: await page.evaluate(() => document.documentElement.hasAttribute('data-ran')),
        };
    };

    const harmless = {};
    for (const kind of ['text', 'findings-text']) {
        const expected = harmless[kind] = (await look(write(kind, HARMLESS))).structure;
        check(expected.length > 500, `the harmless ${kind} page has its elements`);
        for (const attack of ATTACKS) {
            const path = write(kind, arm(attack));
            const seen = await look(path, 40);
            const at = expected.findIndex((line, i) => line !== seen.structure[i]);
            check(at < 0 && seen.structure.length === expected.length,
                `${kind}, ${attack}: element ${at} is ${seen.structure[at]}, not ${expected[at]}`);
            check(!seen.ran, `${kind}, ${attack}: a script ran`);
            check(page.requests.length === 0 && leaks.length === 0, `${kind}, ${attack}: ${page.requests} ${leaks}`);
            check(page.problems.length === 0, `${kind}, ${attack}: ${page.problems}`);
        }
    }

    // The canary. The report itself, with raw markup put into it on purpose.
    const raw = `<script>${MARK}</script><img src="${address}"><p style="color:red">x</p>`;
    const report = readFileSync(write('text', HARMLESS), 'utf8');
    const path = join(folder, 'canary.html');
    writeFileSync(path, report.replace('<main>', raw + '<main>'));
    const guarded = await look(path, 300);
    check(!guarded.ran, 'the policy lets an injected script run');
    check(leaks.length === 0, `the policy lets an injected picture be fetched: ${leaks}`);
    check(page.problems.length >= 3, `violations are not seen: ${page.problems}`);
    const open = report.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
    check(open.length < report.length, 'the report has no policy');
    writeFileSync(path, open.replace('<main>', raw + '<main>'));
    const bare = await look(path, 300);
    check(bare.ran, 'the canary is blind: its script did not run');
    check(leaks.length > 0 && page.requests.length > 0, 'the canary is blind: nothing was fetched');
    check(bare.structure.length === harmless.text.length + 2, 'the canary is blind: three elements more, the policy less');
} finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
}
console.log(`${ATTACKS.length} attacks, ${n_failed} checks failed`);
process.exit(n_failed > 0 ? 1 : 0);
