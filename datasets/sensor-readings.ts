import { append, day, defineDataset } from '../core/define-dataset.ts';
import { double, text, timestamp } from '../core/fields/index.ts';
import { fromStream } from '../core/stream/options.ts';
import {
  count,
  gap,
  max,
  mean,
  min,
  quantile,
  threshold,
  tumbling,
  windowRule,
  zScore,
} from '../core/windows/index.ts';

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
  windows: [
    windowRule('minutes', {
      time: 'measured_at',
      by: ['sensor_id'],
      window: tumbling({ size: '1m' }),
      measures: {
        readings: count(),
        mean_celsius: mean('celsius'),
        min_celsius: min('celsius'),
        max_celsius: max('celsius'),
        p95_celsius: quantile('celsius', 0.95),
      },
      allowedLateness: '5m',
      anomalies: [zScore('mean_celsius'), gap({ every: '1m' })],
      alerts: [threshold('hot', { of: 'celsius', above: '80' })],
    }),
  ],
});
