/**
 * `@peculiar/x509` reaches tsyringe, which throws on import where `Reflect.getMetadata` is absent. None of the classes
 * used here carries decorator metadata, so an empty store answers every question that tsyringe asks. Import it first.
 */
if (!('getMetadata' in Reflect)) {
  const none = (): undefined => undefined;
  Object.assign(Reflect, {
    getMetadata: none,
    getOwnMetadata: none,
    hasOwnMetadata: () => false,
    defineMetadata: none,
  });
}
