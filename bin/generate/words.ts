/** What the made-up shop sells with: the values are chosen to exercise quoting and UTF-8. */
export const currencies = ['USD', 'EUR', 'GBP', 'JPY', 'CAD', 'AUD'] as const;

export const statuses = [
  'pending',
  'paid',
  'shipped',
  'delivered',
  'cancelled',
  'refunded',
] as const;

// biome-ignore format: one line reads better than twenty
export const countries = ['US', 'DE', 'FR', 'GB', 'JP', 'CA', 'AU', 'BR', 'IN', 'ES', 'IT', 'NL',
  'SE', 'NO', 'PL', 'MX', 'KR', 'CN', 'ZA', 'NG'] as const;

// biome-ignore format: one line reads better than twenty
export const firstNames = ['ana', 'bob', 'chen', 'dina', 'emil', 'fatou', 'greta', 'hiro', 'ines',
  'jose', 'kim', 'lena', 'marta', 'nils', 'olga', 'pavel', 'quinn', 'rosa', 'sven',
  'tara'] as const;

// biome-ignore format: one line reads better than twenty
export const lastNames = ['smith', 'garcia', 'mueller', 'tanaka', 'oconnor', 'silva', 'dubois',
  'rossi', 'kowalski', 'ivanov', 'nguyen', 'patel', 'hansen', 'okafor', 'larsen', 'wang'] as const;

/** Names reserved for examples: nobody gets mail from a test run. */
export const mailDomains = [
  'example.com',
  'mail.example.org',
  'shop.example.net',
  'example.co.uk',
] as const;

export const notes = [
  'leave at door',
  'gift wrap, please',
  'he said "ring twice" and wait',
  'call before delivery',
  'Geschenk für Zoë – bitte „vorsichtig“',
  'fragile 📦, handle with care',
  '配達は午後にお願いします',
  'Livraison à l’étage, code "1234"',
  'no substitutions',
  'invoice to ACME, Inc. "Accounts"',
] as const;

export const categories = [
  'home',
  'garden',
  'toys',
  'books',
  'sports',
  'electronics',
  'beauty',
  'grocery',
  'office',
  'pets',
] as const;
