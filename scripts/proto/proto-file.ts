/** The part of the protobuf language (proto3) that our .proto files use. */
export interface ProtoField {
  readonly name: string;
  readonly type: string;
  readonly number: number;
  readonly repeated: boolean;
  /** `[jstype = JS_NUMBER]`: a 64-bit integer that is a JavaScript number. */
  readonly jsNumber: boolean;
  /** Key type of a map. */
  readonly mapKey: string | null;
  readonly oneof: string | null;
}

export interface ProtoMessage {
  /** Name within the package, with the enclosing messages' names before it: `Outer.Inner`. */
  readonly name: string;
  readonly fields: readonly ProtoField[];
}

export interface ProtoEnum {
  readonly name: string;
  readonly values: readonly (readonly [name: string, value: number])[];
}

export interface ProtoMethod {
  readonly name: string;
  readonly request: string;
  readonly requestStream: boolean;
  readonly response: string;
  readonly responseStream: boolean;
}

export interface ProtoFile {
  readonly package: string;
  readonly imports: readonly string[];
  readonly messages: readonly ProtoMessage[];
  readonly enums: readonly ProtoEnum[];
  readonly services: readonly { readonly name: string; readonly methods: readonly ProtoMethod[] }[];
}

const TOKEN = /\/\/[^\n]*|\s+|"([^"]*)"|[A-Za-z_][\w.]*|-?\d+|[{}()[\]<>=;,]/y;

function tokensOf(text: string): string[] {
  const out: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const m = TOKEN.exec(text);
    if (m === null) throw new Error(`not understood: ${text.slice(at, at + 40)}`);
    if (!/^(\s|\/\/)/.test(m[0])) out.push(m[0]);
  }
  return out;
}

export function parseProto(text: string): ProtoFile {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = (): string => tokens[at] ?? '';
  const take = (): string => tokens[at++] ?? '';
  const expect = (t: string): void => {
    const got = take();
    if (got !== t)
      throw new Error(`expected ${t}, found ${got} after ${tokens.slice(at - 8, at - 1).join(' ')}`);
  };
  const messages: ProtoMessage[] = [];
  const enums: ProtoEnum[] = [];
  const services: { name: string; methods: ProtoMethod[] }[] = [];
  const imports: string[] = [];
  let pkg = '';

  const skipStatement = (): void => {
    while (take() !== ';');
  };
  const field = (oneof: string | null): ProtoField => {
    const repeated = peek() === 'repeated';
    if (repeated) take();
    let type = take();
    let mapKey: string | null = null;
    if (type === 'map') {
      expect('<');
      mapKey = take();
      expect(',');
      type = take();
      expect('>');
    }
    const name = take();
    expect('=');
    const number = Number(take());
    let jsNumber = false;
    if (peek() === '[') {
      const options: string[] = [];
      while (peek() !== ']') options.push(take());
      expect(']');
      jsNumber = options.join(' ').includes('jstype = JS_NUMBER');
    }
    expect(';');
    return { name, type, number, repeated, jsNumber, mapKey, oneof };
  };
  const enumOf = (prefix: string): void => {
    const name = prefix + take();
    const values: [string, number][] = [];
    expect('{');
    while (peek() !== '}') {
      const value = take();
      expect('=');
      values.push([value, Number(take())]);
      expect(';');
    }
    expect('}');
    enums.push({ name, values });
  };
  const message = (prefix: string): void => {
    const name = prefix + take();
    const fields: ProtoField[] = [];
    expect('{');
    while (peek() !== '}') {
      if (peek() === 'message') {
        take();
        message(`${name}.`);
      } else if (peek() === 'enum') {
        take();
        enumOf(`${name}.`);
      } else if (peek() === 'reserved') {
        skipStatement();
      } else if (peek() === 'oneof') {
        take();
        const group = take();
        expect('{');
        while (peek() !== '}') fields.push(field(group));
        expect('}');
      } else {
        fields.push(field(null));
      }
    }
    expect('}');
    const numbers = new Set(fields.map((f) => f.number));
    if (numbers.size !== fields.length) throw new Error(`${name}: two fields with one number`);
    messages.push({ name, fields: [...fields].sort((a, b) => a.number - b.number) });
  };
  const service = (): void => {
    const name = take();
    const methods: ProtoMethod[] = [];
    const side = (): { type: string; stream: boolean } => {
      expect('(');
      const stream = peek() === 'stream';
      if (stream) take();
      const type = take();
      expect(')');
      return { type, stream };
    };
    expect('{');
    while (peek() !== '}') {
      expect('rpc');
      const rpc = take();
      const request = side();
      expect('returns');
      const response = side();
      expect('{');
      expect('}');
      methods.push({
        name: rpc,
        request: request.type,
        requestStream: request.stream,
        response: response.type,
        responseStream: response.stream,
      });
    }
    expect('}');
    services.push({ name, methods });
  };

  while (at < tokens.length) {
    const t = take();
    if (t === 'syntax') skipStatement();
    else if (t === 'package') {
      pkg = take();
      expect(';');
    } else if (t === 'import') {
      imports.push(
        take()
          .replaceAll('"', '')
          .replace(/\.proto$/, ''),
      );
      expect(';');
    } else if (t === 'message') message('');
    else if (t === 'enum') enumOf('');
    else if (t === 'service') service();
    else throw new Error(`not understood: ${t}`);
  }
  return { package: pkg, imports, messages, enums, services };
}
