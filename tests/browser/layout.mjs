// The report and the page of findings as a reader meets them:  node layout.mjs WRITE_PAGE CHROMIUM
//
// Wide and on a phone, light and dark: no sideways scrolling, contrast of at least 4.5 (WCAG 2.2,
// 1.4.3), headings in order, tables with scopes, pictures with words, links that lead somewhere,
// and nothing that the page's own policy forbids.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chromium } from './chromium.mjs';

const [writer, program] = process.argv.slice(2);
const LEAST_CONTRAST = 4.5;

// What write_page can write, and what that page must hold.
const PAGES = {
    small: ['svg.plot path.accent', 'table.slices', 'article.frame'],
    findings: ['.banner', 'table.findings', 'td svg.interval', '.verdict'],
};

let n_failed = 0;
function check(holds, what) {
    if (holds) return;
    n_failed++;
    console.log(`FAILED: ${what}`);
}

// Texts whose contrast is below least, as "text: contrast". Opens every <details> first.
function findFaint(least) {
    const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const parse = (color) => color.match(/[\d.]+/g).map(Number);
    const ground = (element) => {
        for (; element; element = element.parentElement) {
            const color = parse(getComputedStyle(element).backgroundColor);
            if (color.length < 4 || color[3] > 0) return color;
        }
        return [255, 255, 255];
    };
    document.querySelectorAll('details').forEach((element) => { element.open = true; });
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = new Set();
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue;
        const style = getComputedStyle(element);
        const ink = luminance(parse(element.closest('svg') ? style.fill : style.color));
        const paper = luminance(ground(element));
        const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        if (!(contrast >= least)) faint.add(`${walker.currentNode.data.slice(0, 40)}: ${contrast.toFixed(2)}`);
    }
    return [...faint];
}

// What is wrong with the document's structure, as sentences; wanted are selectors of what it holds.
function findFaults(wanted) {
    const faults = [];
    const all = (selector) => [...document.querySelectorAll(selector)];
    const expect = (holds, what) => { if (!holds) faults.push(what); };
    expect(document.documentElement.lang === 'en', 'no language');
    expect(document.compatMode === 'CSS1Compat', 'quirks mode');
    expect(all('h1').length === 1, 'not one h1');
    let before = 0;
    for (const heading of all('h1,h2,h3,h4,h5,h6')) {
        const level = Number(heading.nodeName[1]);
        expect(level <= before + 1, `h${level} after h${before}: ${heading.textContent}`);
        expect(heading.textContent.trim(), 'empty heading');
        before = level;
    }
    for (const cell of all('th')) expect(cell.scope, `th without scope: ${cell.textContent}`);
    for (const image of all('img')) expect(image.alt && image.naturalWidth > 0, `picture: ${image.alt}`);
    for (const svg of all('svg'))
        expect(svg.ariaHidden === 'true' || (svg.role === 'img' && svg.ariaLabel), 'svg without words');
    for (const media of all('audio,video')) expect(media.ariaLabel && media.controls, 'media without words');
    const ids = all('[id]').map((element) => element.id);
    expect(new Set(ids).size === ids.length, 'an id occurs twice');
    for (const link of all('a[href]')) {
        const target = link.getAttribute('href');
        expect(target[0] === '#' && document.getElementById(target.slice(1)), `link to ${target}`);
    }
    for (const named of all('[aria-labelledby]'))
        expect(document.getElementById(named.getAttribute('aria-labelledby')), 'label is missing');
    expect(all('script,iframe,object,embed,link,base,form,[style]').length === 0, 'forbidden markup');
    for (const selector of wanted) expect(all(selector).length > 0, `no ${selector}`);
    return faults;
}

const folder = mkdtempSync(join(tmpdir(), 'proofsheet-layout-'));
const pathOf = (kind) => join(folder, `${kind}.html`);
const browser = new Chromium(program);
try {
    const page = await browser.open();
    for (const [kind, wanted] of Object.entries(PAGES)) {
        execFileSync(writer, [kind, pathOf(kind)]);
        for (const [width, scheme] of [[1280, 'light'], [1280, 'dark'], [400, 'light'], [400, 'dark']]) {
            const where = `${kind}, ${width} px, ${scheme}`;
            await page.show(width, 900, scheme);
            await page.load(pathOf(kind));
            const is_dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
            check(is_dark === (scheme === 'dark'), `${where}: the scheme is not emulated`);
            for (const fault of await page.evaluate(findFaults, wanted)) check(false, `${where}: ${fault}`);
            for (const text of await page.evaluate(findFaint, LEAST_CONTRAST)) check(false, `${where}: ${text}`);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            check(wide <= width, `${where}: the page is ${wide} px wide`);
            check(page.problems.length === 0, `${where}: ${page.problems}`);
            check(page.requests.length === 0, `${where}: ${page.requests}`);
        }
    }
    const path = pathOf('small');

    // A frame that the address names is shown whole.
    await page.show(1280, 900, 'light');
    await page.load(path);
    const widthOf = () => document.getElementById('f1').getBoundingClientRect().width;
    const small = await page.evaluate(widthOf);
    await page.load(`${path}#f1`);
    const large = await page.evaluate(widthOf);
    check(large > 2 * small, `a chosen frame is ${large} px wide, others ${small} px`);

    // The detectors see faults.
    await page.load(path);
    await page.evaluate(() => {
        document.querySelector('h1').style.color = '#eee';
        document.body.insertAdjacentHTML('beforeend', '<h5>x</h5><a href="#nowhere">y</a>');
    });
    check((await page.evaluate(findFaint, LEAST_CONTRAST)).length > 0, 'faint text is not seen');
    check((await page.evaluate(findFaults, ['blink'])).length === 3, 'faults are not seen');
} finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
}
console.log(`layout: ${n_failed} checks failed`);
process.exit(n_failed > 0 ? 1 : 0);
