import type { JournalEntry } from '../model/run.ts';

/** The record of one run, written before each thing that is done. */
export interface Journal {
  readonly id: string;
  /** What stood in it when it was opened, and what was added since. */
  readonly entries: readonly JournalEntry[];
  /**
   * Resolves when the line is on the disk and stays there if power is cut.
   *
   * @throws {OutsideError} If it cannot be written; then nothing may be done.
   */
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

/** What a list of runs shows. */
export interface RunSummary {
  readonly id: string;
  readonly entries: readonly JournalEntry[];
  /** Why its journal could not be read. */
  readonly unreadable?: string | undefined;
}

/** Where runs are kept. Whoever has it open to write is alone. */
export interface RunStore {
  /** The folder, for people. */
  readonly where: string;
  /** @throws {OutsideError} If another run holds the lock, or the folder cannot be written. */
  create(startedUnixMs: number): Promise<Journal>;
  /** @throws {OutsideError} If there is no such run, its journal is broken, or another holds the lock. */
  open(id: string): Promise<Journal>;
  /** Newest first. Needs no lock. */
  list(): Promise<readonly RunSummary[]>;
}
