import type { Picture } from '@slugline/client/protocol';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { TEXTS } from './texts.js';

/** A picture as the server keeps it: what is said of it comes from the editor. */
export type StoredPicture = Pick<Picture, 'url' | 'width' | 'height' | 'renditions'>;

/** Takes a file of a picture. Rejects with an `Error` whose message may be shown. */
export type UploadPicture = (file: File) => Promise<StoredPicture>;

interface Pending {
  readonly file: File;
  readonly pos: number;
}

const KEY = new PluginKey<readonly Pending[]>('picture-uploads');

/** Files on their way, each with the place that it was put to, wherever that moves meanwhile. */
export const pictureUploads = () =>
  new Plugin<readonly Pending[]>({
    key: KEY,
    state: {
      init: () => [],
      apply: (tr, pending) => {
        const change: { readonly add?: Pending; readonly done?: File } = tr.getMeta(KEY) ?? {};
        const kept = pending.filter(({ file }) => file !== change.done);
        const moved = kept.map(({ file, pos }) => ({ file, pos: tr.mapping.map(pos) }));
        return change.add === undefined ? moved : [...moved, change.add];
      },
    },
  });

/** Uploads the files and puts each behind the block that it was put into. */
export async function uploadPictures(
  view: EditorView,
  files: readonly File[],
  upload: UploadPicture,
  say: (notice: string) => void,
): Promise<void> {
  const pos = view.state.selection.to;
  for (const file of files) view.dispatch(view.state.tr.setMeta(KEY, { add: { file, pos } }));
  say(TEXTS.uploading(files.length));
  const results = await Promise.all(files.map((file) => uploadOne(view, file, upload)));
  say(results.filter((fault) => fault !== undefined).join(' ') || TEXTS.uploaded);
}

/** @returns what went wrong. */
async function uploadOne(view: EditorView, file: File, upload: UploadPicture): Promise<string | undefined> {
  let picture: StoredPicture | undefined;
  let fault: string | undefined;
  try {
    picture = await upload(file);
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  if (view.isDestroyed) return fault;
  const place = KEY.getState(view.state)?.find((pending) => pending.file === file);
  const { tr, schema, doc } = view.state;
  tr.setMeta(KEY, { done: file });
  if (picture !== undefined && place === undefined) fault = TEXTS.late;
  if (picture !== undefined && place !== undefined) {
    const $place = doc.resolve(Math.min(place.pos, doc.content.size));
    const behind = $place.depth === 0 ? $place.pos : $place.after(1);
    tr.insert(behind, schema.node('picture', { picture: { ...picture, creditLine: '', altText: '' } }));
  }
  view.dispatch(tr);
  return fault;
}
