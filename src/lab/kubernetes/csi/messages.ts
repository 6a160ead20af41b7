import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { MethodDefinition } from '@grpc/grpc-js';

/**
 * The part of CSI the lab speaks, on the wire exactly as csi.proto has it.
 *
 * Source: container-storage-interface/spec, csi.proto v1.
 */

export interface PluginInfo {
  readonly name: string;
  readonly vendorVersion: string;
}

/** Absent `ready` means ready. */
export interface ProbeAnswer {
  readonly ready: boolean | undefined;
}

export interface CreateVolumeAsk {
  readonly name: string;
  readonly capacityBytes: number;
}

export interface CreatedVolume {
  readonly volumeId: string;
  readonly capacityBytes: number;
  readonly context: Readonly<Record<string, string>>;
}

type Nothing = Readonly<Record<string, never>>;

const nothing = {
  encode: (): Buffer => Buffer.alloc(0),
  decode: (): Nothing => ({}),
};

const tag = (field: number, wire: WireType): number => (field << 3) | wire;
const lengthTag = (field: number): number => tag(field, WireType.LengthDelimited);

/** Calls for each field of a message, which has to be read or skipped. */
function eachField(
  bytes: Uint8Array,
  visit: (field: number, reader: BinaryReader) => boolean,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!visit(field, reader)) reader.skip(wireType, field);
  }
}

const pluginInfo = {
  encode({ name, vendorVersion }: PluginInfo): Buffer {
    const writer = new BinaryWriter();
    writer.uint32(lengthTag(1)).string(name).uint32(lengthTag(2)).string(vendorVersion);
    return Buffer.from(writer.finish());
  },
  decode(bytes: Uint8Array): PluginInfo {
    const found = { name: '', vendorVersion: '' };
    eachField(bytes, (field, reader) => {
      if (field === 1) found.name = reader.string();
      else if (field === 2) found.vendorVersion = reader.string();
      else return false;
      return true;
    });
    return found;
  },
};

/** `PluginCapability.Service.Type.CONTROLLER_SERVICE`, the only one that matters here. */
const pluginCapabilities = {
  encode(): Buffer {
    const writer = new BinaryWriter();
    writer.uint32(lengthTag(1)).fork().uint32(lengthTag(1)).fork();
    writer.uint32(tag(1, WireType.Varint)).int32(1).join().join();
    return Buffer.from(writer.finish());
  },
  decode: nothing.decode,
};

/** `ready` is a BoolValue: a message around the bool, so that absent differs from false. */
const probeAnswer = {
  encode({ ready }: ProbeAnswer): Buffer {
    const writer = new BinaryWriter();
    if (ready !== undefined) {
      writer.uint32(lengthTag(1)).fork();
      if (ready) writer.uint32(tag(1, WireType.Varint)).bool(true);
      writer.join();
    }
    return Buffer.from(writer.finish());
  },
  decode(bytes: Uint8Array): ProbeAnswer {
    let ready: boolean | undefined;
    eachField(bytes, (field, reader) => {
      if (field !== 1) return false;
      ready = false;
      eachField(reader.bytes(), (inner, value) => {
        if (inner !== 1) return false;
        ready = value.bool();
        return true;
      });
      return true;
    });
    return { ready };
  },
};

const createVolumeAsk = {
  encode({ name, capacityBytes }: CreateVolumeAsk): Buffer {
    const writer = new BinaryWriter();
    writer.uint32(lengthTag(1)).string(name).uint32(lengthTag(2)).fork();
    writer.uint32(tag(1, WireType.Varint)).int64(capacityBytes).join();
    return Buffer.from(writer.finish());
  },
  decode(bytes: Uint8Array): CreateVolumeAsk {
    const found = { name: '', capacityBytes: 0 };
    eachField(bytes, (field, reader) => {
      if (field === 1) found.name = reader.string();
      else if (field === 2) {
        eachField(reader.bytes(), (inner, range) => {
          if (inner !== 1) return false;
          found.capacityBytes = Number(range.int64());
          return true;
        });
      } else return false;
      return true;
    });
    return found;
  },
};

const createdVolume = {
  encode({ volumeId, capacityBytes, context }: CreatedVolume): Buffer {
    const writer = new BinaryWriter();
    writer.uint32(lengthTag(1)).fork();
    writer.uint32(tag(1, WireType.Varint)).int64(capacityBytes);
    writer.uint32(lengthTag(2)).string(volumeId);
    for (const [key, value] of Object.entries(context)) {
      writer.uint32(lengthTag(3)).fork();
      writer.uint32(lengthTag(1)).string(key).uint32(lengthTag(2)).string(value).join();
    }
    return Buffer.from(writer.join().finish());
  },
  decode(bytes: Uint8Array): CreatedVolume {
    const context: Record<string, string> = {};
    const found = { volumeId: '', capacityBytes: 0, context };
    const volume = (field: number, reader: BinaryReader): boolean => {
      if (field === 1) found.capacityBytes = Number(reader.int64());
      else if (field === 2) found.volumeId = reader.string();
      else if (field === 3) {
        const [key, value] = mapEntry(reader.bytes());
        context[key] = value;
      } else return false;
      return true;
    };
    eachField(bytes, (field, reader) => {
      if (field !== 1) return false;
      eachField(reader.bytes(), volume);
      return true;
    });
    return found;
  },
};

function mapEntry(bytes: Uint8Array): readonly [key: string, value: string] {
  const found: [string, string] = ['', ''];
  eachField(bytes, (field, reader) => {
    if (field !== 1 && field !== 2) return false;
    found[field - 1] = reader.string();
    return true;
  });
  return found;
}

interface Codec<Out, In> {
  encode(value: Out): Buffer;
  decode(bytes: Uint8Array): In;
}

function unary<Ask extends object, Answer extends object>(
  path: string,
  ask: Codec<Ask, Ask>,
  answer: { encode(value: Answer): Buffer; decode(bytes: Uint8Array): Answer },
): MethodDefinition<Ask, Answer> {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => ask.encode(value),
    requestDeserialize: (bytes) => ask.decode(bytes),
    responseSerialize: (value) => answer.encode(value),
    responseDeserialize: (bytes) => answer.decode(bytes),
  };
}

export const CSI = {
  getPluginInfo: unary<Nothing, PluginInfo>('/csi.v1.Identity/GetPluginInfo', nothing, pluginInfo),
  getPluginCapabilities: unary<Nothing, Nothing>(
    '/csi.v1.Identity/GetPluginCapabilities',
    nothing,
    pluginCapabilities,
  ),
  probe: unary<Nothing, ProbeAnswer>('/csi.v1.Identity/Probe', nothing, probeAnswer),
  createVolume: unary<CreateVolumeAsk, CreatedVolume>(
    '/csi.v1.Controller/CreateVolume',
    createVolumeAsk,
    createdVolume,
  ),
} as const;
