import type { PodVolume } from '../../model/cluster-symptoms.ts';
import type { Claim, PersistentVolume, StorageClass } from './schema.ts';
import { placeOfVolume, type VolumePlace } from './volume-endpoints.ts';

/** What is kept of a volume. */
export interface IndexedVolume {
  readonly name: string;
  readonly storageClass: string | undefined;
  readonly createdText: string | undefined;
  readonly place: VolumePlace;
}

/**
 * Claims, volumes and classes, as little of each as is needed to follow a pod to its storage: a
 * cluster can have tens of thousands.
 */
export class StorageIndex {
  readonly #claims = new Map<
    string,
    { readonly volume?: string; readonly storageClass?: string }
  >();
  readonly #volumes = new Map<string, IndexedVolume>();
  readonly #classes = new Map<string, StorageClass>();

  addClaim({ metadata, spec }: Claim): void {
    this.#claims.set(`${metadata.namespace}/${metadata.name}`, {
      ...(spec.volumeName ? { volume: spec.volumeName } : {}),
      ...(spec.storageClassName ? { storageClass: spec.storageClassName } : {}),
    });
  }

  addVolume(volume: PersistentVolume): void {
    const place = placeOfVolume(volume);
    if (!place) return;
    const { name, creationTimestamp } = volume.metadata;
    this.#volumes.set(name, {
      name,
      storageClass: volume.spec.storageClassName,
      createdText: creationTimestamp ?? undefined,
      place,
    });
  }

  addClass(storageClass: StorageClass): void {
    this.#classes.set(storageClass.metadata.name, storageClass);
  }

  volumes(): Iterable<IndexedVolume> {
    return this.#volumes.values();
  }

  classes(): readonly StorageClass[] {
    return [...this.#classes.values()];
  }

  provisionerOf(storageClass: string | undefined): string | undefined {
    return storageClass === undefined ? undefined : this.#classes.get(storageClass)?.provisioner;
  }

  /** As far as the claim leads. */
  volumeOfClaim(namespace: string, claim: string): PodVolume {
    const bound = this.#claims.get(`${namespace}/${claim}`);
    const volume = bound?.volume === undefined ? undefined : this.#volumes.get(bound.volume);
    const storageClass = bound?.storageClass ?? volume?.storageClass;
    const driver = volume?.place.driver ?? this.provisionerOf(storageClass);
    const server = volume?.place.endpoints[0]?.server;
    return {
      claim,
      ...(bound?.volume === undefined ? {} : { volume: bound.volume }),
      ...(storageClass === undefined ? {} : { storageClass }),
      ...(driver === undefined ? {} : { driver }),
      ...(server === undefined ? {} : { server }),
    };
  }
}
