import type { Readable } from 'node:stream';

/** One file of a picture: as it came, or a rendition of it. */
export interface PictureFile {
  /** `original.jpg`, `800.webp`: see `isFileName`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is known of a picture that is kept. */
export interface PictureRecord {
  readonly original: FileRecord;
  /** From narrow to wide. */
  readonly renditions: readonly FileRecord[];
}

/** As it is shown: a picture that lies on its side in the file is upright here. */
export interface FileRecord {
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface OpenPicture {
  readonly size: number;
  /** Its bytes, once. Who does not read them to their end MUST destroy the stream. */
  readonly stream: Readable;
}

/**
 * Where pictures are kept, by the digest of what they hold: the same picture is the same address, for good. It knows
 * nothing of pictures but their names.
 *
 * All instances of one Slugline MUST see the same pictures: a reader asks another instance than the one that took a picture.
 */
export interface PictureStore {
  /** What is kept under a digest. MUST NOT tell of a picture of which not every file can be read. */
  record(digest: string): Promise<PictureRecord | 'removed' | undefined>;

  /**
   * Keeps a picture with all its files. When this resolves it MUST be durable and whole; until then, and after a crash,
   * nobody MUST be able to see a part of it. Of two that keep the same digest at once one wins, and both resolve.
   * What was removed MUST stay so, also where it is removed meanwhile.
   *
   * @throws Failure `store_unavailable` where it cannot be kept, a full disk among the reasons.
   */
  keep(digest: string, record: PictureRecord, files: readonly PictureFile[]): Promise<'kept' | 'removed'>;

  /**
   * One file for a reader. Names come from URLs: whatever is not a digest and the name of a file under it MUST be answered
   * with `undefined`, and MUST NOT lead anywhere else.
   */
  open(digest: string, name: string): Promise<OpenPicture | 'removed' | undefined>;

  /**
   * Removes a picture for good, with all its files. When this resolves that MUST be durable. Nobody MUST get any of it
   * from the first moment at which somebody was told that it is removed, whatever crashes then; doing it again MUST
   * finish what was begun, and else change nothing. What is not kept MUST be as good as removed from then on.
   *
   * @throws Failure `store_unavailable` where it cannot be removed: a part may be, and it is to be done again.
   */
  remove(digest: string): Promise<void>;
}
