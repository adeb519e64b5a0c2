// Runs one of gRPC's public interop cases with grpc-js: node client.mjs HOST:PORT CASE PROTOS
import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const [target, name, protos] = process.argv.slice(2);
const definition = protoLoader.loadSync('grpc/testing/test.proto', { includeDirs: [protos], keepCase: true, defaults: true });
const { TestService, UnimplementedService } = grpc.loadPackageDefinition(definition).grpc.testing;
const gzip = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip };
const credentials = grpc.credentials.createInsecure();
const client = new TestService(target, credentials);
const compressing = new TestService(target, credentials, gzip);

const body = (size) => ({ body: Buffer.alloc(size) });
const specialMessage = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
const initialKey = 'x-grpc-test-echo-initial';
const trailingKey = 'x-grpc-test-echo-trailing-bin';

// Settles with everything that a unary or client-streaming call gave.
function outcome(start) {
  return new Promise((resolve) => {
    const seen = {};
    const call = start((error, reply) => Object.assign(seen, { error, reply }));
    call.on('metadata', (metadata) => (seen.metadata = metadata));
    call.on('status', (status) => setImmediate(() => resolve({ ...seen, status })));
  });
}

// Settles with everything that a server-streaming or bidirectional call gave.
function drain(call, onMessage = () => {}) {
  return new Promise((resolve) => {
    const seen = { messages: [] };
    call.on('metadata', (metadata) => (seen.metadata = metadata));
    call.on('data', (message) => { seen.messages.push(message); onMessage(message, seen.messages.length); });
    call.on('error', () => {});
    call.on('status', (status) => setImmediate(() => resolve({ ...seen, status })));
  });
}

const unary = (request, options = {}) => outcome((done) => (options.on ?? client).UnaryCall(request, options.metadata ?? new grpc.Metadata(), done));
const sizes = (messages) => messages.map((message) => message.payload.body.length);
const ok = (result) => assert.equal(result.status.code, grpc.status.OK, result.status.details);

function echoed(result) {
  assert.deepEqual(result.metadata.get(initialKey), ['test_initial_metadata_value']);
  assert.deepEqual(result.status.metadata.get(trailingKey), [Buffer.from('ababab', 'hex')]);
}

function echoMetadata() {
  const metadata = new grpc.Metadata();
  metadata.set(initialKey, 'test_initial_metadata_value');
  metadata.set(trailingKey, Buffer.from('ababab', 'hex'));
  return metadata;
}

const cases = {
  async empty_unary() {
    const result = await outcome((done) => client.EmptyCall({}, done));
    ok(result);
    assert.deepEqual(result.reply, {});
  },

  async large_unary() {
    const result = await unary({ response_size: 314159, payload: body(271828) });
    ok(result);
    assert.equal(result.reply.payload.body.length, 314159);
  },

  async client_compressed_unary() {
    const refused = await unary({ expect_compressed: { value: true }, response_size: 314159, payload: body(271828) });
    assert.equal(refused.status.code, grpc.status.INVALID_ARGUMENT);
    const accepted = await unary({ expect_compressed: { value: true }, response_size: 314159, payload: body(271828) }, { on: compressing });
    ok(accepted);
    assert.equal(accepted.reply.payload.body.length, 314159);
  },

  async server_compressed_unary() {
    for (const value of [true, false]) {
      const result = await unary({ response_compressed: { value }, response_size: 314159, payload: body(271828) });
      ok(result);
      assert.equal(result.reply.payload.body.length, 314159);
    }
  },

  async client_streaming() {
    const result = await outcome((done) => {
      const call = client.StreamingInputCall(done);
      for (const size of [27182, 8, 1828, 45904]) call.write({ payload: body(size) });
      call.end();
      return call;
    });
    ok(result);
    assert.equal(result.reply.aggregated_payload_size, 74922);
  },

  async client_compressed_streaming() {
    const send = (stub) => outcome((done) => {
      const call = stub.StreamingInputCall(done);
      call.write({ expect_compressed: { value: true }, payload: body(27182) });
      call.write({ expect_compressed: { value: false }, payload: body(45904) });
      call.end();
      return call;
    });
    assert.equal((await send(client)).status.code, grpc.status.INVALID_ARGUMENT);
    const accepted = await send(compressing);
    ok(accepted);
    assert.equal(accepted.reply.aggregated_payload_size, 73086);
  },

  async server_streaming() {
    const result = await drain(client.StreamingOutputCall({ response_parameters: [31415, 9, 2653, 58979].map((size) => ({ size })) }));
    ok(result);
    assert.deepEqual(sizes(result.messages), [31415, 9, 2653, 58979]);
  },

  async server_compressed_streaming() {
    const parameters = [{ size: 31415, compressed: { value: true } }, { size: 92653, compressed: { value: false } }];
    const result = await drain(client.StreamingOutputCall({ response_parameters: parameters }));
    ok(result);
    assert.deepEqual(sizes(result.messages), [31415, 92653]);
  },

  async ping_pong() {
    const rounds = [[27182, 31415], [8, 9], [1828, 2653], [45904, 58979]];
    const call = client.FullDuplexCall();
    const send = (round) => call.write({ response_parameters: [{ size: rounds[round][1] }], payload: body(rounds[round][0]) });
    send(0);
    const result = await drain(call, (_, count) => (count < rounds.length ? send(count) : call.end()));
    ok(result);
    assert.deepEqual(sizes(result.messages), rounds.map((round) => round[1]));
  },

  async empty_stream() {
    const call = client.FullDuplexCall();
    call.end();
    const result = await drain(call);
    ok(result);
    assert.equal(result.messages.length, 0);
  },

  async custom_metadata() {
    const single = await unary({ response_size: 314159, payload: body(271828) }, { metadata: echoMetadata() });
    ok(single);
    echoed(single);
    const call = client.FullDuplexCall(echoMetadata());
    call.write({ response_parameters: [{ size: 314159 }], payload: body(271828) });
    call.end();
    const stream = await drain(call);
    ok(stream);
    echoed(stream);
  },

  async status_code_and_message() {
    const response_status = { code: 2, message: 'test status message' };
    const single = await unary({ response_status });
    const call = client.FullDuplexCall();
    call.write({ response_status });
    call.end();
    for (const { status } of [single, await drain(call)]) {
      assert.equal(status.code, 2);
      assert.equal(status.details, 'test status message');
    }
  },

  async special_status_message() {
    const { status } = await unary({ response_status: { code: 2, message: specialMessage } });
    assert.equal(status.code, 2);
    assert.equal(status.details, specialMessage);
  },

  async unimplemented_method() {
    const { status } = await outcome((done) => client.UnimplementedCall({}, done));
    assert.equal(status.code, grpc.status.UNIMPLEMENTED);
  },

  async unimplemented_service() {
    const { status } = await outcome((done) => new UnimplementedService(target, credentials).UnimplementedCall({}, done));
    assert.equal(status.code, grpc.status.UNIMPLEMENTED);
  },

  async cancel_after_begin() {
    const { status } = await outcome((done) => {
      const call = client.StreamingInputCall(done);
      setImmediate(() => call.cancel());
      return call;
    });
    assert.equal(status.code, grpc.status.CANCELLED);
  },

  async cancel_after_first_response() {
    const call = client.FullDuplexCall();
    call.write({ response_parameters: [{ size: 31415 }], payload: body(27182) });
    const result = await drain(call, () => call.cancel());
    assert.equal(result.messages.length, 1);
    assert.equal(result.status.code, grpc.status.CANCELLED);
  },

  async timeout_on_sleeping_server() {
    const call = client.FullDuplexCall({ deadline: Date.now() + 50 });
    call.write({ payload: body(27182), response_parameters: [{ size: 31415, interval_us: 5_000_000 }] });
    assert.equal((await drain(call)).status.code, grpc.status.DEADLINE_EXCEEDED);
  },
};

await cases[name]();
process.exit(0);
