const { default: Sequencer } = require('@jest/test-sequencer');

/** Journeys first, and what looks at everything that they left behind last; one after the other. */
const ORDER = [/\/journeys\//, /(?<!segments\.cluster)\.spec\.ts$/, /segments\.cluster\.spec\.ts$/];
const placeOf = ({ path }) => ORDER.findIndex((pattern) => pattern.test(path));

module.exports = class extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => placeOf(one) - placeOf(other) || (one.path < other.path ? -1 : 1));
  }
};
