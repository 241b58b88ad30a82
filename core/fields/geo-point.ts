import type { IcebergType } from '../iceberg-type.ts';
import type { Json } from '../json/value.ts';
import { type Field, type FieldInit, type FieldKind, type FieldOptions, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { jsonEdges, nestedInit, nestedSql, parseJsonText } from './nested.ts';
import { accepted, type Parsed, refused } from './value.ts';

const KIND = 'geoPoint';

type Point = { readonly lat: number; readonly lon: number };

const LAT_MAX = 90;
const LON_MAX = 180;
const number = grammar('[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?');

const part = (text: string, max: number): Parsed<number> => {
  if (!number.test(text)) return refused('E_TYPE');
  const value = Number(text);
  // Adding 0 turns -0 into 0.
  return Math.abs(value) <= max ? accepted(value + 0) : refused('E_RANGE');
};

const pointOf = (lat: string, lon: string): Parsed<Point> => {
  const latitude = part(lat, LAT_MAX);
  if (!latitude.ok) return latitude;
  const longitude = part(lon, LON_MAX);
  return longitude.ok ? accepted({ lat: latitude.value, lon: longitude.value }) : longitude;
};

const fromJson = (json: Json): Parsed<Point> => {
  if (json.kind !== 'object') return refused('E_TYPE');
  const { members } = json;
  const texts: string[] = [];
  for (const name of ['lat', 'lon']) {
    const member = members.get(name) ?? { kind: 'null' };
    if (member.kind === 'null') return refused('E_REQUIRED');
    if (member.kind !== 'literal' && member.kind !== 'string') return refused('E_TYPE');
    texts.push(member.text);
  }
  const [lat = '', lon = ''] = texts;
  return members.size === 2 ? pointOf(lat, lon) : refused('E_UNKNOWN_KEY');
};

const PAIR = /^([^,{]*),([^,]*)$/;

const parse = (text: string): Parsed<Point> => {
  const [, lat, lon] = PAIR.exec(text) ?? [];
  if (lat === undefined || lon === undefined) return parseJsonText(text, fromJson);
  return pointOf(lat.replace(/^ +| +$/g, ''), lon.replace(/^ +| +$/g, ''));
};

const typeOf = (): IcebergType => ({
  type: 'struct',
  fields: [
    { name: 'lat', required: false, type: 'double', doc: 'Degrees north of the equator.' },
    { name: 'lon', required: false, type: 'double', doc: 'Degrees east of Greenwich.' },
  ],
});

/** A place on Earth in degrees (WGS 84). Latitude stands first, other than in GeoJSON. */
export const geoPointKind: FieldKind<FieldOptions, Point> = {
  kind: KIND,
  says: () =>
    'a latitude from -90 to 90 and a longitude from -180 to 180, as "lat,lon" or as ' +
    '{"lat": …, "lon": …}',
  rowType: () => '{ readonly lat: number; readonly lon: number }',
  parse,
  print: ({ lat, lon }) => `{"lat":${lat},"lon":${lon}}`,
  ...nestedSql(KIND, typeOf, () => ['E_RANGE', 'E_REQUIRED', 'E_UNKNOWN_KEY']),
  icebergType: typeOf,
  nested: {
    takes: 'parts',
    fromJson,
    part: () => undefined,
    texts: ({ lat, lon }) => ({ lat: String(lat), lon: String(lon) }),
  },
  jsonSchema: () => ({ type: 'string' }),
  edges: () => [
    ...jsonEdges,
    ...['52.2297,21.0122', '52.2297, 21.0122', ' 0 , 0 ', '-0,-0', '+1,-1', '90,180', '-90,-180'],
    ...['90.0000001,0', '0,180.0000001', '-91,0', '0,-181', '1e1,1E-3', '1e400,0', '1e1000,0'],
    ...['1', '1,', ',1', '1,2,3', '1;2', 'a,b', '0x1,1', '1_0,1', '\u0661,1', 'NaN,0', '1\t,2'],
    ...['{"lat":1,"lon":2}', '{"lon":"2.50","lat":"1.5"}', '{"lat":1}', '{"lat":1,"lon":null}'],
    ...['{"lat":1,"lon":2,"alt":3}', '{"lat":[1],"lon":2}', '{"lat":true,"lon":2}', '[1,2]'],
    ...['{"lat":91,"lon":2}', '{"lat":0.1000000000000000055,"lon":-180}', '"1,2"'],
  ],
};

/** A column of places. */
export const geoPoint = (init: FieldInit = {}): Field => fieldOf(KIND, {}, nestedInit(init));
