import { quoted } from '../core/quoted.ts';

/** Whether a file or folder of a store is one that nobody else can read or replace. Pure: the caller looks, and says who asks. */

/** What the system says of a file or folder. */
export interface Look {
  readonly uid: number;
  readonly mode: number;
}

export interface Distrust {
  readonly message: string;
  readonly hint: string;
}

/** `user` is the number of who runs mqwarden; undefined on Windows, which has neither such numbers nor such modes. */
export function fileDistrust(path: string, look: Look, user: number | undefined): Distrust | undefined {
  if (user === undefined) return undefined;
  const stranger = strangerDistrust(path, look, user);
  if (stranger !== undefined) return stranger;
  // What root made for a group, as Kubernetes mounts a secret for a pod with an fsGroup, could not be read by us otherwise.
  const closed = look.uid === 0 && user !== 0 ? 0o037 : 0o077;
  if ((look.mode & closed) === 0) return undefined;
  return {
    message: `${path} can be read by others than its owner`,
    hint: `chmod 600 ${quoted(path)}`,
  };
}

/** Who owns a folder, or may write to it, can put a password of their own choice in the place of ours. */
export function folderDistrust(path: string, look: Look, user: number | undefined): Distrust | undefined {
  if (user === undefined) return undefined;
  const stranger = strangerDistrust(path, look, user);
  if (stranger !== undefined) return stranger;
  // With the sticky bit, others may add to it but not replace: what they add belongs to them, and is refused for that.
  const sticky = (look.mode & 0o1000) !== 0;
  if (sticky || (look.mode & 0o022) === 0) return undefined;
  return {
    message: `others than its owner can write to the folder ${path}`,
    hint: `chmod 700 ${quoted(path)}`,
  };
}

/** A tight mode says nothing while the owner is another: a password that they planted would reach a broker. */
function strangerDistrust(path: string, { uid }: Look, user: number): Distrust | undefined {
  if (uid === user || uid === 0) return undefined;
  return {
    message: `${path} belongs to another user (uid ${uid}) than the one who runs mqwarden (${user})`,
    hint: `if you trust what is in it: chown -R ${user} ${quoted(path)}; or run as its owner`,
  };
}
