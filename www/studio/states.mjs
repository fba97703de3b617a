/**
 * Every look of the widget that a brand has to stand: which view, what the endpoint answers, what a visitor does there.
 *
 * Pure data, made of the contract's fixtures; what the tests play (tests/browser/states.js) has more ways to fail, not more looks.
 */
const REFERENCE = 'K7Q4-9M2P-3XHD';
const JOB = 'wijkverpleegkundige';
const LIST = 'GET /v1/job-postings';
const POSTING = `GET /v1/job-postings/${JOB}`;
const APPLY = 'POST /v1/applications';
const STATUS = `GET /v1/applications/${REFERENCE}`;
const OPEN = 'POST /v1/status-sessions';
const SCORE = 'GET /v1/promise-score';
const BUSY = { status: 429, body: { type: '/problems/too-many-requests', title: 'busy', status: 429, retry_after: 7 } };
const FAULT = { status: 500, body: {} };

/** An endpoint where all is well. */
export function well(fixtures) {
  const application = (name) => ({ ...fixtures[`timeline/${name}`], ways: [{ word: 'questions', label: 'Ask a question' }] });
  const opened = { ...fixtures['lookup/session'], reference: REFERENCE };
  return {
    'GET /v1/organization': { ...fixtures['organization/havenzicht'], ways: [{ word: 'questions', label: 'Ask about this job' }, { word: 'complaint', label: 'Complain' }] },
    [LIST]: fixtures['postings/list'],
    [POSTING]: fixtures['postings/detail'],
    [`GET /v1/forms/${fixtures['postings/detail'].form_id}`]: fixtures['apply/form'],
    [APPLY]: { status: 201, body: fixtures['apply/receipt'] },
    [`GET /v1/job-postings/${JOB}/questions`]: { questions: [] },
    [SCORE]: fixtures['score/by_kind'],
    'POST /v1/status-requests': { status: 202, body: { code_minutes: 10, code_digits: 6 } },
    [OPEN]: { status: 201, body: opened },
    'GET /v1/me/applications': { applications: opened.applications },
    [STATUS]: application('waiting'),
    [`${STATUS}/events`]: 'never',
  };
}

const board = { view: 'board' };
const posting = { view: 'posting', posting: JOB };
const apply = { view: 'apply', posting: JOB };
const lookup = { view: 'status' };
const mine = { view: 'status', link: true };
const written = { name: 'Noor Jansen', email: 'noor@example.com', letter: 'I have cared for eight people a day.' };
const failing = (state, path) => [
  { ...state, answers: { [path]: BUSY } },
  { ...state, answers: { [path]: FAULT } },
  { ...state, answers: { [path]: 'offline' } },
];
const [boardBusy, boardFault, boardOffline] = failing(board, LIST);
const stands = (name) => ({ ...mine, application: name });

/** By group: id, name, state. `fill` and `submit` are what a visitor does; `application` names the fixture of the page. */
export const STATES = [
  ['Jobs', [
    ['board', 'The board', board],
    ['board-loading', 'The board, still loading', { ...board, answers: { [LIST]: 'never' } }],
    ['board-empty', 'The board without a job', { ...board, answers: { [LIST]: { postings: [], total: 0, departments: [], locations: [] } } }],
    ['board-busy', 'Too busy', boardBusy],
    ['board-fault', 'A fault of the server', boardFault],
    ['board-offline', 'No connection', boardOffline],
    ['posting', 'One job', posting],
    ['posting-closed', 'A job that is closed', { ...posting, answers: { [POSTING]: { status: 410, body: { type: '/problems/gone', title: 'gone', status: 410, related: [] } } } }],
    ['posting-unknown', 'A job that is not there', { ...posting, answers: { [POSTING]: { status: 404, body: { type: '/problems/not-found', title: 'not found', status: 404 } } } }],
  ]],
  ['Applying', [
    ['apply', 'The form', apply],
    ['apply-missing', 'The form with errors', { ...apply, submit: true }],
    ['apply-sending', 'On its way', { ...apply, fill: written, submit: true, answers: { [APPLY]: 'never' } }],
    ['apply-not-delivered', 'Not delivered', { ...apply, fill: written, submit: true, answers: { [APPLY]: 'offline' } }],
    ['apply-receipt', 'Received', { ...apply, fill: written, submit: true }],
  ]],
  ['Finding it again', [
    ['lookup', 'The way back in', lookup],
    ['lookup-missing', 'Without an address', { ...lookup, submit: true }],
    ['lookup-code', 'The code', { ...lookup, fill: { email: written.email }, submit: true }],
    ['list', 'Several applications', { ...mine, list: true }],
    ['link-over', 'A link that is used', { ...mine, answers: { [OPEN]: { status: 401, body: { type: '/problems/unauthorized', title: 'ended', status: 401 } } } }],
  ]],
  ['Where it stands', [
    ['waiting', 'Waiting', stands('waiting')],
    ['due-today', 'Due today', stands('due_today')],
    ['yours', 'Your turn', stands('interview_yours')],
    ['late', 'Late', stands('late')],
    ['moved', 'Moved', stands('moved')],
    ['hired', 'Hired', stands('hired')],
    ['rejected', 'Rejected, with the reason', stands('rejected')],
    ['rejected-plain', 'Rejected, without one', stands('rejected_without_reason')],
    ['withdrawn', 'Withdrawn', stands('withdrawn')],
    ['status-fault', 'A fault of the server', { ...mine, answers: { [STATUS]: FAULT } }],
  ]],
  ['What one can do', [
    ['question', 'A question about a job', { view: 'questions', posting: JOB }],
    ['complaint', 'A complaint', { view: 'complaint' }],
    ['complaint-missing', 'A complaint with errors', { view: 'complaint', submit: true }],
  ]],
  ['How promises are kept', [
    ['score', 'The badge', { view: 'score' }],
    ['score-bad', 'Many late', { view: 'score', answers: { [SCORE]: 'score/bad' } }],
    ['score-few', 'Too few to tell', { view: 'score', answers: { [SCORE]: 'score/too_few' } }],
  ]],
];

/** The endpoint of a state, and its time. */
export function answers(fixtures, state) {
  const found = { ...well(fixtures), ...state.answers };
  if (state.application) found[STATUS] = { ...found[STATUS], ...fixtures[`timeline/${state.application}`] };
  if (state.list) found[OPEN] = { status: 201, body: fixtures['lookup/session'] };
  for (const key in found) if (fixtures[found[key]]) found[key] = fixtures[found[key]];
  return { found, now: Date.parse(found[STATUS].as_of ?? fixtures['timeline/waiting'].as_of) };
}

export const state = (id) => STATES.flatMap(([, states]) => states).find(([known]) => known === id)?.[2];
