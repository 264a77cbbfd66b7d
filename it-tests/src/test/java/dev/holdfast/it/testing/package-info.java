/** What docs/testing-with-holdfast.md shows, compiled and run. */
package dev.holdfast.it.testing;
