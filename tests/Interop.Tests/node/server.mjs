// Serves gRPC's public interop service with grpc-js: node server.mjs PROTOS. Prints its port when it listens.
// grpc-js cannot compress what a server sends, and does not tell a handler whether a request was compressed.
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const [protos] = process.argv.slice(2);
const definition = protoLoader.loadSync('grpc/testing/test.proto', { includeDirs: [protos], keepCase: true, defaults: true });
const { TestService } = grpc.loadPackageDefinition(definition).grpc.testing;
const initialKey = 'x-grpc-test-echo-initial';
const trailingKey = 'x-grpc-test-echo-trailing-bin';

const payload = (size) => ({ body: Buffer.alloc(size) });
const asked = (status) => status?.code ? { code: status.code, details: status.message } : null;

// Sends the metadata that the call asks to see at once, and gives what it asks to see at the end.
function echoMetadata(call) {
  const headers = new grpc.Metadata();
  const trailers = new grpc.Metadata();
  for (const value of call.metadata.get(initialKey)) headers.add(initialKey, value);
  for (const value of call.metadata.get(trailingKey)) trailers.add(trailingKey, value);
  if (call.metadata.get(initialKey).length > 0) call.sendMetadata(headers);
  return trailers;
}

async function stream(call, request) {
  for (const { size, interval_us: interval } of request.response_parameters) {
    if (interval > 0) await new Promise((resolve) => setTimeout(resolve, interval / 1000));
    call.write({ payload: payload(size) });
  }
}

const handlers = {
  emptyCall: (call, reply) => reply(null, {}, echoMetadata(call)),

  unaryCall(call, reply) {
    const trailers = echoMetadata(call);
    const error = asked(call.request.response_status);
    if (error) reply({ ...error, metadata: trailers });
    else reply(null, { payload: payload(call.request.response_size) }, trailers);
  },

  streamingInputCall(call, reply) {
    let size = 0;
    call.on('data', (request) => (size += request.payload.body.length));
    call.on('end', () => reply(null, { aggregated_payload_size: size }));
  },

  async streamingOutputCall(call) {
    await stream(call, call.request);
    call.end();
  },

  fullDuplexCall(call) {
    const trailers = echoMetadata(call);
    let sent = Promise.resolve();
    call.on('data', (request) => {
      const error = asked(request.response_status);
      if (error) call.emit('error', error);
      else sent = sent.then(() => stream(call, request));
    });
    call.on('end', () => sent.then(() => call.end(trailers)));
  },
};

const server = new grpc.Server();
server.addService(TestService.service, handlers);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.resume().on('end', () => process.exit(0));
