// Draws faces: reads a JSON array of option sets on standard input, writes a JSON array of SVG texts.
// Beside it lies a folder node_modules with @dicebear/core and @dicebear/personas; recipe/build makes one.
import { readFileSync } from 'node:fs';
import { createAvatar } from '@dicebear/core';
import * as personas from '@dicebear/personas';

const options = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(options.map((o) => createAvatar(personas, o).toString())));
