/* SPDX-License-Identifier: Apache-2.0
 * CRC-32C (Castagnoli, reflected, as in RFC 3720 and in object stores' checksums). Safe from
 * several threads. */
#ifndef LONGSHORE_CRC_H
#define LONGSHORE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* crc: 0 at first, then the result of the previous call. */
uint32_t crc32c(uint32_t crc, const void *p, size_t n);
/* The same on any processor, only slower. */
uint32_t crc32c_by_tables(uint32_t crc, const void *p, size_t n);

#endif
