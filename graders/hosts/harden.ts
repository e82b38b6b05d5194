// Built-ins that nobody can bend: every object reachable from some roots keeps its methods as they are.

/**
 * Assigning these on an object of one's own is everyday code (`this.name = 'MyError'`), and a read-only
 * method up the prototype chain would forbid it. They become accessors that define the property on the
 * object that is assigned to, and refuse only to change the built-in itself.
 */
const assignedBelow = new Set(['name', 'message', 'toString']);

/**
 * Fixes everything that `roots` lead to: by property, getter, setter and prototype. Afterwards no
 * property of it can be added, changed or removed; objects made from it behave as before. `spared`
 * itself is left alone.
 */
export function harden(roots: readonly unknown[], spared: object): void {
  const seen = new Set<object>([spared]);
  const open: object[] = [];
  const visit = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    open.push(value);
  };

  roots.forEach(visit);
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    visit(Object.getPrototypeOf(target));
    for (const key of Reflect.ownKeys(target)) {
      const property = Object.getOwnPropertyDescriptor(target, key) as PropertyDescriptor;
      visit(property.value);
      visit(property.get);
      visit(property.set);
      if (property.configurable) fix(target, key, property);
    }
    Object.preventExtensions(target);
  }
}

function fix(target: object, key: string | symbol, property: PropertyDescriptor): void {
  if (!('value' in property)) Object.defineProperty(target, key, { configurable: false });
  else if (typeof key === 'string' && isAssignedBelow(target, key, property.value))
    openBelow(target, key, property.value);
  else Object.defineProperty(target, key, { writable: false, configurable: false });
}

function isAssignedBelow(target: object, key: string, value: unknown): boolean {
  if (target === Object.prototype) return true;
  // Engines look the species of arrays and promises up by `constructor`; as plain data it stays quick.
  if (key === 'constructor') return typeof value === 'function' && !(Symbol.species in value);
  if (target === Function.prototype || target === Array.prototype) return key === 'toString';
  return (target === Error.prototype || target instanceof Error) && assignedBelow.has(key);
}

function openBelow(target: object, key: string, value: unknown): void {
  const accessor = {
    get: () => value,
    set(this: unknown, given: unknown) {
      if (this === target) throw new TypeError(`Cannot assign to read only property '${key}' of a built-in prototype`);
      Object.defineProperty(this, key, { value: given, writable: true, enumerable: true, configurable: true });
    },
  };
  Object.preventExtensions(accessor.get);
  Object.preventExtensions(accessor.set);
  Object.defineProperty(target, key, { ...accessor, configurable: false });
}
