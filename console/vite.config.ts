// SPDX-License-Identifier: Apache-2.0
// One script and one style sheet under fixed names, without imports, so that a report can hold
// both as text: what would end its element there is refused here.
import { defineConfig, type Plugin } from "vite";

function standsInAnElement(): Plugin {
    return {
        name: "stands-in-an-element",
        generateBundle(_, bundle) {
            for (const [name, part] of Object.entries(bundle)) {
                const text = part.type === "chunk" ? part.code : String(part.source);
                if (/<\/script|<\/style|<!--/i.test(text) && !name.endsWith(".html")) {
                    this.error(`${name} holds text that would end its element in a report`);
                }
            }
        },
    };
}

export default defineConfig({
    base: "/",
    plugins: [standsInAnElement()],
    build: {
        target: "es2022",
        sourcemap: false,
        modulePreload: false,
        assetsInlineLimit: 0,
        rollupOptions: {
            output: {
                inlineDynamicImports: true,
                entryFileNames: "assets/console.js",
                assetFileNames: "assets/console[extname]",
            },
        },
    },
});
