/** Lines from the engine's thread to the journal's, without messages: a ring of bytes in shared memory. */

/** Memory of the ring: a power of two. */
const RING_BYTES = 2 * 1024 * 1024;
/** A longer line goes by a message. */
const LINE_BYTES_MAX = RING_BYTES / 8;
/** So much is kept free for the places of lines that go by a message because the ring is full. */
const MARKS_BYTES = 64 * 1024;

/** Words of the header. The engine's thread writes the first four, the journal's thread the others: 128 bytes apart. */
const TAIL = 0;
const ASKED = 1;
const BELL = 2;
const HEAD = 32;
const ACKED = 33;
const TOLD = 34;
const REST = 35;
const HEADER_BYTES = 256;

/** Lengths that are none: the rest of the ring is unused; the line comes by a message. */
const WRAP = -1;
const BY_MESSAGE = -2;

/** How the journal's thread rests: it is at work, it will look again by itself within 20 ms, or it has to be woken. */
const AT_WORK = 0;
const DOZING = 1;
const ASLEEP = 2;

/**
 * Positions count bytes since the beginning, modulo 2^32, so that a full ring and an empty one differ. A line is its
 * length, its bytes, and up to three bytes to the next word; docs/journal-format.md has the table.
 */
class Ring {
  readonly shared: SharedArrayBuffer;
  protected readonly header: Int32Array<SharedArrayBuffer>;
  protected readonly words: Int32Array<SharedArrayBuffer>;
  protected readonly bytes: Buffer<SharedArrayBuffer>;

  constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.header = new Int32Array(shared, 0, HEADER_BYTES / 4);
    this.words = new Int32Array(shared, HEADER_BYTES);
    this.bytes = Buffer.from(shared, HEADER_BYTES);
  }

  /** Lines that are durable, modulo 2^32. */
  get acked(): number {
    return Atomics.load(this.header, ACKED);
  }
}

/** The end of the engine's thread. */
export class RingWriter extends Ring {
  #tail = 0;
  #head = 0;

  constructor() {
    super(new SharedArrayBuffer(HEADER_BYTES + RING_BYTES));
    // Memory that was never touched costs a fault a page, later, where the live audio is.
    this.bytes.fill(0);
  }

  /** Writes a line of so many bytes of UTF-8; false where it is too long, or there is no room now. */
  push(text: string, bytes: number): boolean {
    if (bytes > LINE_BYTES_MAX) return false;
    const at = this.#room(4 + bytes, MARKS_BYTES);
    if (at < 0) return false;
    this.words[at >> 2] = bytes;
    this.bytes.write(text, at + 4, bytes);
    this.#step(4 + bytes);
    return true;
  }

  /** Takes the place of a line that `post` sends by a message; false, and nothing is sent, where there is none. */
  pushMark(post: () => void): boolean {
    const at = this.#room(4, 0);
    if (at < 0) return false;
    post();
    this.words[at >> 2] = BY_MESSAGE;
    this.#step(4);
    return true;
  }

  /** Asks for an answer once all lines so far are durable, and for them to be written now; gives the question's number. */
  ask(): number {
    const asked = (Atomics.add(this.header, ASKED, 1) + 1) | 0;
    this.wake();
    return asked;
  }

  /** Wakes the journal's thread; by itself only for what comes by a message. */
  wake(): void {
    Atomics.add(this.header, BELL, 1);
    if (Atomics.load(this.header, REST) !== AT_WORK) Atomics.notify(this.header, BELL);
  }

  /** Messages that the journal's thread has sent. */
  get told(): number {
    return Atomics.load(this.header, TOLD);
  }

  /** Where a frame of so many bytes may begin so that `spare` more are left; -1 where it may not. */
  #room(bytes: number, spare: number): number {
    const need = (bytes + 3) & ~3;
    const at = this.#tail & (RING_BYTES - 1);
    const left = RING_BYTES - at;
    const all = (left < need ? left + need : need) + spare;
    if (((this.#tail - this.#head) | 0) + all > RING_BYTES) {
      this.#head = Atomics.load(this.header, HEAD);
      if (((this.#tail - this.#head) | 0) + all > RING_BYTES) return -1;
    }
    if (left >= need) return at;
    this.words[at >> 2] = WRAP;
    this.#tail = (this.#tail + left) | 0;
    return 0;
  }

  #step(bytes: number): void {
    this.#tail = (this.#tail + ((bytes + 3) & ~3)) | 0;
    Atomics.store(this.header, TAIL, this.#tail);
    if (Atomics.load(this.header, REST) === ASLEEP) this.wake();
  }
}

/** The end of the journal's thread. */
export class RingReader extends Ring {
  #head = 0;

  get isEmpty(): boolean {
    return Atomics.load(this.header, TAIL) === this.#head;
  }

  /** Takes all lines there are; null stands for one that comes by a message. Their room is free then. */
  drain(take: (line: string | null) => void): void {
    const tail = Atomics.load(this.header, TAIL);
    while (this.#head !== tail) {
      const at = this.#head & (RING_BYTES - 1);
      const length = this.words[at >> 2] ?? WRAP;
      if (length === WRAP) this.#head = (this.#head + RING_BYTES - at) | 0;
      else if (length === BY_MESSAGE) {
        take(null);
        this.#head = (this.#head + 4) | 0;
      } else {
        take(this.bytes.toString("utf8", at + 4, at + 4 + length));
        this.#head = (this.#head + ((length + 7) & ~3)) | 0;
      }
    }
    Atomics.store(this.header, HEAD, this.#head);
  }

  /** So many lines more are durable. */
  ack(lines: number): void {
    Atomics.add(this.header, ACKED, lines);
  }

  /** A message is about to be sent: acknowledgements are not looked at before it was heard. */
  tells(): void {
    Atomics.add(this.header, TOLD, 1);
  }

  /** The number of the last question. */
  get asked(): number {
    return Atomics.load(this.header, ASKED);
  }

  /** How often the bell has rung; read before looking for work, so that a ring after that ends the next rest. */
  get bell(): number {
    return Atomics.load(this.header, BELL);
  }

  /** Rests for `ms`, or until the bell rings; asleep, a new line rings it as well. */
  rest(bell: number, ms: number, asleep: boolean): void {
    Atomics.store(this.header, REST, asleep ? ASLEEP : DOZING);
    // Whoever rings or writes sees REST, or this thread sees what was rung or written: one of the two comes first.
    if (!(asleep && !this.isEmpty)) Atomics.wait(this.header, BELL, bell, Math.max(0, ms));
    Atomics.store(this.header, REST, AT_WORK);
  }
}
