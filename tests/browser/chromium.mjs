// Drives a headless Chromium over its debugging pipe (file descriptors 3 and 4, JSON messages that
// end in a zero byte: the Chrome DevTools Protocol). Needs nothing but node.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-extensions', '--remote-debugging-pipe'];
const LIMIT_MS = 60000;

export class Chromium {
    constructor(program) {
        this.folder = mkdtempSync(join(tmpdir(), 'proofsheet-browser-'));
        this.process = spawn(program, [...FLAGS, `--user-data-dir=${this.folder}`, 'about:blank'],
            { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
        this.exited = new Promise((resolve) => this.process.on('exit', resolve));
        this.waiting = new Map();
        this.listeners = new Set();
        this.last = 0;
        this.rest = '';
        this.process.stdio[4].setEncoding('utf8');
        this.process.stdio[4].on('data', (chunk) => this.#receive(chunk));
    }

    #receive(chunk) {
        const messages = (this.rest + chunk).split('\0');
        this.rest = messages.pop();
        for (const message of messages.map((text) => JSON.parse(text))) {
            const waiter = this.waiting.get(message.id);
            this.waiting.delete(message.id);
            if (!waiter) this.listeners.forEach((listen) => listen(message));
            else if (message.error) waiter.reject(new Error(message.error.message));
            else waiter.resolve(message.result);
        }
    }

    send(method, params = {}, sessionId = undefined) {
        const id = ++this.last;
        this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
        return new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error(`${method}: no reply`)), LIMIT_MS);
            const done = (end) => (value) => { clearTimeout(late); end(value); };
            this.waiting.set(id, { resolve: done(resolve), reject: done(reject) });
        });
    }

    async open() {
        const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
        const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
        const page = new Page(this, sessionId);
        for (const domain of ['Page', 'Network', 'Log', 'Runtime', 'Audits'])
            await page.send(`${domain}.enable`);
        return page;
    }

    async close() {
        this.process.kill('SIGTERM');
        await this.exited;
        // Chromium's other processes may still be writing while the folder is emptied.
        for (let n_left = 20; ; n_left--) {
            try {
                return rmSync(this.folder, { recursive: true, force: true });
            } catch (error) {
                if (n_left === 0) throw error;
                await new Promise((resolve) => setTimeout(resolve, 250));
            }
        }
    }
}

class Page {
    constructor(browser, sessionId) {
        this.browser = browser;
        this.sessionId = sessionId;
        this.clear();
        browser.listeners.add((message) => {
            if (message.sessionId === sessionId) this.#note(message);
        });
    }

    clear() {
        this.requests = []; // addresses other than the page's own and data:
        this.problems = []; // policy violations, errors, dialogs
    }

    #note({ method, params }) {
        if (method === 'Network.requestWillBeSent' && !/^(file|data):/.test(params.request.url))
            this.requests.push(params.request.url);
        if (method === 'Log.entryAdded') this.problems.push(params.entry.text);
        if (method === 'Runtime.exceptionThrown') this.problems.push('exception in a script');
        if (method === 'Runtime.consoleAPICalled') this.problems.push('a script wrote to the console');
        if (method === 'Audits.issueAdded') this.problems.push(params.issue.code);
        if (method === 'Page.javascriptDialogOpening') {
            this.problems.push('a dialog opened');
            this.send('Page.handleJavaScriptDialog', { accept: false });
        }
        if (method === 'Page.loadEventFired' && this.loaded) this.loaded();
    }

    send(method, params) {
        return this.browser.send(method, params, this.sessionId);
    }

    // Loads a file, then gives scripts, timers and redirects time to show themselves.
    async load(path, settle_ms = 150) {
        this.clear();
        const loaded = new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error(`${path} does not load`)), LIMIT_MS);
            this.loaded = () => { clearTimeout(late); resolve(); };
        });
        const { loaderId } = await this.send('Page.navigate', { url: `file://${path}` });
        if (!loaderId) this.loaded(); // only the fragment changed
        await loaded;
        await new Promise((resolve) => setTimeout(resolve, settle_ms));
    }

    // The value of a function run in the page, past its policy.
    async evaluate(work, ...values) {
        const expression = `(${work})(...${JSON.stringify(values)})`;
        const { result, exceptionDetails } =
            await this.send('Runtime.evaluate', { expression, returnByValue: true });
        if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
        return result.value;
    }

    // scheme: "light" or "dark".
    async show(width, height, scheme) {
        await this.send('Emulation.setDeviceMetricsOverride',
            { width, height, deviceScaleFactor: 1, mobile: width < 600 });
        await this.send('Emulation.setEmulatedMedia',
            { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    }

    // PNG bytes; of the whole page, or of the clip {x, y, width, height}.
    async shoot(clip) {
        const { data } = await this.send('Page.captureScreenshot',
            { format: 'png', captureBeyondViewport: true, ...(clip && { clip: { ...clip, scale: 1 } }) });
        return Buffer.from(data, 'base64');
    }
}
