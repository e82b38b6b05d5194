// Built-ins that nobody can bend: every object reachable from some roots is frozen, and still useful.

/**
 * Assigning these on an object of one's own is everyday code (`this.name = 'MyError'`), and a read-only
 * property up the prototype chain would forbid it. They become accessors that define the property on the
 * object that is assigned to, and refuse only to change the built-in itself.
 */
const assignedBelow = new Set(['name', 'message', 'toString']);

/**
 * Freezes everything that `roots` lead to: by property, getter, setter and prototype. Objects made from
 * it behave as before. `spared` itself is left alone.
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
      if (property.configurable && isAssignedBelow(target, key, property)) openBelow(target, key, property.value);
    }
    // All at once, not property by property: V8 would take that for tampering with array iterators and
    // species, and give up its short cuts for them; a run then takes a seventh longer.
    Object.freeze(target);
  }
}

function isAssignedBelow(target: object, key: string | symbol, property: PropertyDescriptor): key is string {
  if (typeof key === 'symbol' || !('value' in property)) return false;
  if (target === Object.prototype) return true;
  // The species of arrays and promises is looked up by `constructor`; there it stays plain data.
  if (key === 'constructor') return typeof property.value === 'function' && !(Symbol.species in property.value);
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
  Object.freeze(accessor.get);
  Object.freeze(accessor.set);
  Object.defineProperty(target, key, accessor);
}
