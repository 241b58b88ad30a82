import type { KinesisStreamEvent } from 'aws-lambda';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const FIRST = Date.UTC(2020, 0, 1);
const LAST = Date.UTC(2100, 0, 1);
const TEXT_MAX = 40;

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX;

const isInstant = (value: unknown): boolean => {
  if (typeof value !== 'string' || !INSTANT.test(value)) return false;
  const at = Date.parse(value);
  return at >= FIRST && at <= LAST;
};

const isReading = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { reading_id, sensor_id, celsius, measured_at }: Record<string, unknown> = { ...value };
  return (
    isText(reading_id) &&
    isText(sensor_id) &&
    typeof celsius === 'number' &&
    celsius >= -80 &&
    celsius <= 150 &&
    isInstant(measured_at)
  );
};

export type Checked = { readonly accepted: unknown[]; readonly rejected: unknown[] };

/**
 * What somebody writes who needs no more than good and bad rows: JSON.parse and a check by hand. It
 * lands nothing, says no reason, loses digits and takes keys that are there twice.
 */
export const checkReadings = ({ Records }: KinesisStreamEvent): Checked => {
  const checked: Checked = { accepted: [], rejected: [] };
  for (const { kinesis } of Records) {
    const text = Buffer.from(kinesis.data, 'base64').toString('utf8');
    try {
      const value: unknown = JSON.parse(text);
      (isReading(value) ? checked.accepted : checked.rejected).push(value);
    } catch {
      checked.rejected.push(text);
    }
  }
  return checked;
};
