/** What was answered accepted is there afterwards: kills, power cuts, full and faulty disks. */
@NullMarked
package dev.holdfast.it.durability;

import org.jspecify.annotations.NullMarked;
