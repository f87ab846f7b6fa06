/**
 * The look of the body editor, as one sheet that is put together here: the page's policy lets no style in that stands in
 * elements. Colours come from the page around it, so it is as light or dark as that.
 */
export const BODY_STYLES = `
.body-editor { --_line: color-mix(in srgb, currentColor 22%, transparent); --_soft: color-mix(in srgb, currentColor 8%, transparent); --_warn: light-dark(#a1260d, #ff9a85); display: flex; flex-direction: column; border: 1px solid var(--_line); border-radius: 6px }
.body-editor:focus-within { border-color: currentColor }
.body-editor :is(.tools, .asking, .fields, .controls, .notice) { font: 13px/1.4 system-ui, sans-serif }
.body-editor .tools { display: flex; gap: 2px 10px; padding: 4px; border-block-end: 1px solid var(--_line); overflow-x: auto; scrollbar-width: none; position: sticky; inset-block-start: 0; background: Canvas; border-start-start-radius: 6px; border-start-end-radius: 6px; z-index: 1 }
.body-editor .tools > div { display: flex; gap: 1px; flex: none }
.body-editor button { font: inherit; color: inherit; background: none; border: 1px solid transparent; border-radius: 4px; min-inline-size: 28px; min-block-size: 28px; padding: 2px 7px; white-space: nowrap; cursor: pointer }
.body-editor .spoken { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.body-editor button:hover { background: var(--_soft) }
.body-editor button[aria-pressed=true] { background: var(--_soft); border-color: var(--_line) }
.body-editor button[aria-disabled=true] { opacity: .45; cursor: default }
.body-editor .tools > div:first-child button:first-child { font-weight: 700 }
.body-editor .tools > div:first-child button:nth-child(2) { font-style: italic }
.body-editor :is(button, input):focus-visible { outline: 2px solid; outline-offset: 1px }
.body-editor .asking { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; padding: 6px 8px; border-block-end: 1px solid var(--_line) }
.body-editor .asking[hidden] { display: none }
.body-editor .asking label { display: flex; flex: 1 1 260px; gap: 8px; align-items: center; white-space: nowrap }
.body-editor :is(.asking, .controls) button { border-color: var(--_line) }
.body-editor input { font: inherit; color: inherit; background: Field; border: 1px solid var(--_line); border-radius: 4px; padding: 3px 6px; inline-size: 100%; min-block-size: 28px; box-sizing: border-box }
.body-editor input[aria-invalid=true] { border-color: var(--_warn) }
.body-editor input::placeholder { color: var(--_warn); opacity: 1 }
.body-editor .asking input::placeholder { color: inherit; opacity: .6 }
.body-editor .fault, .body-editor .notice { color: var(--_warn) }
.body-editor .notice { margin: 0; padding: 4px 12px; border-block-start: 1px solid var(--_line) }
.body-editor .notice:empty { display: none }
.body-editor .ProseMirror { position: relative; min-block-size: 7em; padding: 10px 14px; outline: none; font: 17px/1.55 Georgia, 'Times New Roman', serif; white-space: pre-wrap; white-space: break-spaces; overflow-wrap: break-word; font-variant-ligatures: none }
.body-editor .ProseMirror > * { margin: 0 0 .7em }
.body-editor .ProseMirror > :last-child { margin-block-end: 0 }
.body-editor .ProseMirror :is(h2, h3, h4) { font-family: system-ui, sans-serif; line-height: 1.3 }
.body-editor .ProseMirror h2 { font-size: 1.25em }
.body-editor .ProseMirror h3 { font-size: 1.1em }
.body-editor .ProseMirror h4 { font-size: 1em }
.body-editor .ProseMirror :is(ul, ol) { padding-inline-start: 1.5em; list-style: disc }
.body-editor .ProseMirror ol { list-style: decimal }
.body-editor .ProseMirror code { font-size: .88em; background: var(--_soft); padding: 1px 3px; border-radius: 3px }
.body-editor .ProseMirror a { color: inherit; text-decoration: underline }
.body-editor blockquote { border-inline-start: 3px solid var(--_line); padding-inline-start: 12px }
.body-editor blockquote > p { margin: 0 0 6px; font-style: italic }
.body-editor .fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 180px), 1fr)); gap: 6px 8px }
.body-editor .fields label { display: grid; gap: 1px }
.body-editor .fields span { opacity: .75; font-size: 12px }
.body-editor figure { border: 1px solid var(--_line); border-radius: 6px; padding: 8px; display: grid; gap: 8px }
.body-editor figure img { display: block; max-inline-size: 100%; max-block-size: 260px; inline-size: auto; block-size: auto; background: var(--_soft); min-block-size: 40px }
.body-editor figure.embed > p { margin: 0; font: 13px/1.4 system-ui, sans-serif; overflow-wrap: anywhere }
.body-editor .controls { display: flex; gap: 6px }
.body-editor .ProseMirror-selectednode { outline: 2px solid; outline-offset: 2px }
.body-editor .ProseMirror-hideselection *::selection { background: transparent }
.body-editor .is-empty::before { content: attr(data-placeholder); float: inline-start; block-size: 0; opacity: .6; pointer-events: none }
`;
