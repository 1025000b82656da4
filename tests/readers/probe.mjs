// What a browser's reader sees in a lake, as JSON like probe.py's: node probe.mjs hyparquet TABLES, beside node_modules.
import { readFileSync } from 'node:fs'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const INTEGERS = { INT_8: 'int8', INT_16: 'int16', INT_32: 'int32', INT_64: 'int64' }
const PHYSICAL = { BOOLEAN: 'boolean', INT32: 'int32', INT64: 'int64' }

function typeOf(element) {
  const kind = element.converted_type
  if (kind === 'DECIMAL') return `decimal(${element.precision},${element.scale ?? 0})`
  if (kind === 'UTF8') return 'text'
  if (kind === 'DATE') return 'date'
  if (kind?.startsWith('TIMESTAMP')) return 'timestamp'
  return INTEGERS[kind] ?? PHYSICAL[element.type] ?? element.type
}

const told = (value, kind) => {
  if (value === null) return null
  if (kind === 'date') return value.toISOString().slice(0, 10)
  if (kind === 'timestamp') return String(BigInt(value.getTime()) * 1000n)
  return kind.startsWith('decimal') ? value : String(value)
}

const less = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0

async function see(files) {
  const columns = {}
  let rows = 0
  for (const path of files) {
    const file = await asyncBufferFromFile(path)
    const { schema } = await parquetMetadataAsync(file)
    const read = await parquetReadObjects({ file, compressors })
    rows += read.length
    for (const element of schema.slice(1)) {
      const kind = typeOf(element)
      const exact = kind.startsWith('int') || kind === 'boolean' || kind === 'text'
      const column = (columns[element.name] ??= { type: kind, nulls: 0, sum: exact ? 0n : 0, min: null, max: null })
      for (const row of read) {
        const value = row[element.name]
        if (value === null || value === undefined) { column.nulls += 1; continue }
        if (kind === 'text') column.sum += BigInt([...value].length)
        else if (exact) column.sum += BigInt(value)
        else if (kind.startsWith('decimal')) column.sum += value
        if (kind === 'boolean') continue
        const before = kind === 'text' ? less : (a, b) => a < b
        if (column.min === null || before(value, column.min)) column.min = value
        if (column.max === null || before(column.max, value)) column.max = value
      }
    }
  }
  for (const column of Object.values(columns)) {
    column.sum = typeof column.sum === 'bigint' ? String(column.sum) : column.sum
    column.min = told(column.min, column.type)
    column.max = told(column.max, column.type)
    if (column.type.startsWith('decimal')) column.type = 'float'
  }
  return { rows, columns }
}

const found = {}
for (const [table, files] of Object.entries(JSON.parse(readFileSync(process.argv[3])))) {
  try { found[table] = await see(files) } catch (error) { found[table] = { error: `${error.name}: ${error.message}`.slice(0, 200) } }
}
console.log(JSON.stringify(found))
