import { append, day, defineDataset } from '../core/define-dataset.ts';
import { double, text, timestamp } from '../core/fields/index.ts';
import { fromStream } from '../core/stream/options.ts';

/** What the sensors of the warehouses measure. */
export const sensorReadings = defineDataset({
  name: 'sensor_readings',
  domain: 'operations',
  owner: 'operations-data@example.com',
  description: 'One row per reading of a sensor, as its gateway sends it.',
  fields: {
    reading_id: text({ max: 40 }),
    sensor_id: text({ max: 40 }),
    celsius: double({ min: -80, max: 150 }),
    measured_at: timestamp({ from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }),
  },
  key: ['reading_id'],
  write: append(),
  partition: [day('measured_at')],
  stream: fromStream(),
});
