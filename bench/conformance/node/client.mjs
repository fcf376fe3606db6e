// A client of the published KONE APIs as an integrator would write it, on ws and
// axios: it knows nothing of the server but its address.
//
//   HOISTWAY_URL=http://127.0.0.1:8080 HOISTWAY_CLIENT=id HOISTWAY_SECRET=secret node client.mjs
//
// It ends with 0 when everything held, with 1 otherwise, and prints each step.

import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import axios from 'axios'
import WebSocket from 'ws'

const base = need('HOISTWAY_URL').replace(/\/$/, '')
const client = { username: need('HOISTWAY_CLIENT'), password: need('HOISTWAY_SECRET') }
const ride = Number(process.env.HOISTWAY_RIDE_MS ?? 180_000) // the longest wait for a lift
const answer = 10_000 // the longest wait for an answer

function need(name) {
  const value = process.env[name]
  if (!value) {
    console.error(`${name} is not set: see the first lines of this file`)
    process.exit(1)
  }
  return value
}

async function step(name, work) {
  const began = Date.now()
  const result = await work()
  console.log(`ok  ${name} (${Date.now() - began} ms)`)
  return result
}

async function token(...scopes) {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') })
  const response = await axios.post(`${base}/api/v2/oauth2/token`, form.toString(), {
    auth: client,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(response.data.token_type, 'Bearer')
  assert.equal(typeof response.data.expires_in, 'number')
  return response.data.access_token
}

const bearer = (accessToken) => ({ headers: { Authorization: `Bearer ${accessToken}` } })

// Connection is a socket on which every message is kept, so that nothing is
// missed between two waits.
class Connection {
  static open(accessToken) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/stream-v2?accessToken=${encodeURIComponent(accessToken)}`, 'koneapi')
      const connection = new Connection(socket)
      socket.once('open', () => resolve(connection))
      socket.once('error', reject)
    })
  }

  constructor(socket) {
    this.socket = socket
    this.messages = []
    this.waiting = new Set()
    this.closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('message', (raw) => {
      const message = JSON.parse(raw.toString())
      // As clients in the field do, without asking whether there is data.
      if (message.data.session_id !== undefined) assert.equal(message.callType, 'action')
      this.messages.push(message)
      for (const look of this.waiting) look()
    })
  }

  send(message) {
    this.socket.send(JSON.stringify(message))
  }

  wait(what, match, limit = answer) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.messages.find(match)
        if (!found) return
        done()
        resolve(found)
      }
      const timer = setTimeout(() => {
        done()
        reject(new Error(`no ${what} within ${limit} ms; the last messages are ${JSON.stringify(this.messages.slice(-5), null, 1)}`))
      }, limit)
      const done = () => {
        clearTimeout(timer)
        this.waiting.delete(look)
      }
      this.waiting.add(look)
      look()
    })
  }

  async ack(id) {
    const message = await this.wait(`acknowledgement of ${id}`, (m) => m.requestId === id && m.statusCode !== undefined)
    assert.equal(message.statusCode, 201, JSON.stringify(message))
    return message
  }

  async ask(callType, place) {
    const requestId = randomUUID()
    this.send({ type: 'common-api', requestId, callType, ...place })
    await this.ack(requestId)
    const result = await this.wait(`${callType}`, (m) => m.callType === callType && m.requestId === requestId)
    return result.data
  }

  async ping(place) {
    const id = randomInt(1e9)
    this.send({ type: 'common-api', callType: 'ping', ...place, payload: { request_id: id } })
    await this.ack(id)
    await this.wait('pong', (m) => m.callType === 'ping' && m.data.request_id === id)
  }

  async call(place, area, call) {
    const id = randomInt(1e9)
    this.send({
      type: 'lift-call-api-v2', callType: 'action', ...place,
      payload: { request_id: id, area, time: new Date().toISOString(), terminal: 1, call },
    })
    await this.ack(id)
    const { data } = await this.wait('result of the call', (m) => m.callType === 'action' && m.data.request_id === id)
    return data
  }

  async monitor(place, ...subtopics) {
    const requestId = randomUUID()
    this.send({ type: 'site-monitoring', requestId, callType: 'monitor', ...place, payload: { sub: 'node-client', duration: 300, subtopics } })
    await this.ack(requestId)
    return requestId
  }

  event(subscription, subtopic, limit) {
    return this.wait(subtopic, (m) => m.callType === 'monitor' && m.requestId === subscription && m.subtopic === subtopic, limit)
  }
}

async function main() {
  const inventory = await step('a token for the inventory', () => token('application/inventory'))
  const place = await step('resources name a building and a group', async () => {
    const { data } = await axios.get(`${base}/api/v2/application/self/resources`, bearer(inventory))
    assert.ok(data.buildings.length > 0 && data.equipments.length > 0)
    const [buildingId, groupId] = data.buildings[0].groups[0].id.split(':')
    return { buildingId: `building:${buildingId}`, groupId }
  })
  const scope = `callgiving/group:${place.buildingId.slice('building:'.length)}:${place.groupId}`
  const master = await step('a token for calls', () => token(scope))

  let connection = await step('a socket', () => Connection.open(master))
  await step('ping', () => connection.ping(place))
  const { floors, deck } = await step('config has floors and lifts', async () => {
    const config = await connection.ask('config', place)
    const floors = config.destinations.filter((d) => d.group_side === 1).sort((a, b) => a.group_floor_id - b.group_floor_id)
    assert.ok(floors.length >= 3 && floors.every((f) => f.short_name[0]))
    return { floors: floors.map((f) => f.area_id), deck: config.groups[0].lifts[0].decks[0].area_id }
  })
  await step('actions has destination calls', async () => {
    const actions = await connection.ask('actions', place)
    assert.equal(actions.call_types.find((t) => t.action_id === 2).name, 'DcsCall')
  })

  const [low, high] = [floors[0], floors.at(-1)]
  await step('a session', async () => {
    const requestId = randomUUID()
    connection.send({ type: 'create-session', requestId })
    const message = await connection.ack(requestId)
    assert.equal(message.type, 'ok')
    connection.session = message.data.sessionId
  })
  await step('a call is watched until it is served', async () => {
    const result = await connection.call(place, low, { action: 2, destination: high, allowed_lifts: [deck], activate_call_states: ['being_fixed'] })
    assert.equal(result.success, true)
    const topic = (state) => `call_state/${result.session_id}/${state}`
    const subscription = await connection.monitor(place, topic('fixed'), topic('being_served'), topic('served_soon'), topic('served'), topic('cancelled'), 'lift_1/position')
    await connection.event(subscription, 'lift_1/position')
    const fixed = await connection.event(subscription, topic('fixed'), ride)
    assert.deepEqual(fixed.data.allocated_lift_deck, [deck])
    await connection.event(subscription, topic('served'), ride)
    assert.ok(!connection.messages.some((m) => m.subtopic === topic('cancelled')))
  })
  await step('a call is deleted, and its state proves it', async () => {
    const subscription = await connection.monitor(place, 'call_state/+/cancelled')
    const result = await connection.call(place, high, { action: 2, destination: low, delay: 30 })
    connection.send({ type: 'lift-call-api-v2', callType: 'delete', ...place, payload: { session_id: result.session_id } })
    await connection.event(subscription, `call_state/${result.session_id}/cancelled`)
  })
  await step('a mistake is acknowledged and then refused', async () => {
    const result = await connection.call(place, low, { action: 2, destination: low })
    assert.deepEqual({ success: result.success, error: result.error }, { success: false, error: 'SAME_SOURCE_AND_DEST_FLOOR' })
  })

  await step('the socket drops, and the session goes on elsewhere', async () => {
    const subscription = await connection.monitor(place, 'call_state/+/+')
    const result = await connection.call(place, low, { action: 2, destination: high, delay: 20 })
    const { session } = connection
    connection.socket.terminate()
    connection = await Connection.open(await token(scope))
    const requestId = randomUUID()
    connection.send({ type: 'resume-session', requestId, sessionId: session, resendLatestStateUpToSeconds: 300 })
    const message = await connection.ack(requestId)
    assert.equal(message.type, 'ok')
    assert.equal(message.data.sessionId, undefined)
    await connection.event(subscription, `call_state/${result.session_id}/served`, ride)
  })

  await step('a phone gets a limited token that is good for one socket', async () => {
    const { data } = await axios.post(`${base}/api/v2/oauth2/limited-token`,
      { endUserIdentity: 'phone-7', scopes: [scope], maxAgeSeconds: 60, singleUse: true }, bearer(master))
    assert.equal(data.expires_in, 60)
    const phone = await Connection.open(data.access_token)
    const result = await phone.call(place, high, { action: 2, destination: low })
    assert.equal(result.success, true)
    await assert.rejects(Connection.open(data.access_token), /401/)
    phone.socket.close()
    await phone.closed
  })
  await step('refusals have a message', async () => {
    const refused = await axios.get(`${base}/api/v2/application/self/resources`, { ...bearer('x'), validateStatus: () => true })
    assert.equal(refused.status, 401)
    assert.equal(typeof refused.data.message, 'string')
  })
  connection.socket.close()
  await connection.closed
}

main().then(
  () => console.log('everything held'),
  (error) => {
    // Not the error itself: axios puts the request into it, and with it the secret.
    console.error(`failed: ${error.message}`)
    process.exit(1)
  },
)
