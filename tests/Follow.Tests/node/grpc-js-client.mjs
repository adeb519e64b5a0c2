// A client of the task service whose messages grpc-js reads from the proto files when it runs.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const definition = loadSync(['koda/runtime/v1/task_service.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto'], {
  includeDirs: [fileURLToPath(new URL('../../../protos', import.meta.url))],
  longs: String,
  enums: String,
  defaults: true,
});

export function open(url, token) {
  const { TaskService } = grpc.loadPackageDefinition(definition).koda.runtime.v1;
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return { tasks: new TaskService(new URL(url).host, grpc.credentials.createInsecure()), metadata };
}

/** The google.rpc.ErrorInfo among the details of a failed call. */
export function errorInfo(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const status = definition['google.rpc.Status'].deserialize(bytes);
  const detail = status.details.find(({ type_url, typeUrl }) => (type_url ?? typeUrl).endsWith('/google.rpc.ErrorInfo'));
  return definition['google.rpc.ErrorInfo'].deserialize(detail.value);
}
