---@meta
-- Editor definitions for policies (lua-language-server): completion, types and hover text. Never
-- loaded by rehedge. docs/policy.md is the contract.

---@class rehedge.View what is known now; only valid inside trigger and scale
---@field time integer nanoseconds since 1970 UTC
---@field spot number known spot price of the asset
---@field delta number net delta in units of the asset: reported fills and unfilled orders
---@field delta_filled number net delta without the unfilled orders
---@field gross_delta number sum of |delta| over the book's own positions
---@field gamma number per 1.00 of price
---@field vega number per 1.00 of volatility
---@field theta number per year
---@field iv number hedge volatility, a fraction per sqrt(year)
---@field position number reported position in the hedge instruments, spot-equivalent
---@field pending number unfilled remainders of live orders, spot-equivalent
---@field cash number in the numeraire
---@field age number seconds since the newest known market record
---@field since_hedge number seconds since the last order
---@field expiry_in number seconds to the next expiry in the book
---@field oracle number known oracle price
---@field oracle_age number seconds
---@field base_fee number gwei
local View = {}

---What trading `qty` units of the asset now would cost, in the numeraire, from what is known.
---@param qty number
---@return number
function View:cost(qty) end

---The view of one asset of the scenario: the fields, not the methods.
---@param name string
---@return rehedge.View
function View:asset(name) end

---@class rehedge.LiveOrder
---@field order integer its number
---@field instrument string
---@field qty number units of the asset, signed
---@field remaining number as reported
---@field limit? number price of a limit order
---@field cancelling boolean

---Live orders as far as is reported, oldest first.
---@return rehedge.LiveOrder[]
function View:orders() end

---@class rehedge.RouteLine
---@field instrument string
---@field venue string
---@field units number the order it would make: instrument units, whole lots
---@field qty number units of the asset that would fill at once
---@field mid number
---@field price number average
---@field cost number numeraire, positive is lost

---What each hedge instrument would do for `qty` units of the asset now.
---@param qty number
---@return rehedge.RouteLine[]
function View:route(qty) end

---Wake when delta leaves [lo, hi]; replaces `delta_beyond` until called again or swapped.
---@param lo number
---@param hi number
function View:wake_outside(lo, hi) end

---Wake once after a duration ("5s", or nanoseconds).
---@param duration string|integer
function View:wake_in(duration) end

---@class rehedge.Order
---@field qty? number units of the asset, negative to sell; may be absent with cancel
---@field instrument? string one of the scenario's hedge instruments; absent: the default route
---@field kind? "market"|"limit"
---@field limit? number price of a limit order
---@field slippage_bps? number do not trade beyond the known mid by more than this
---@field slices? integer equal parts, at most 1024
---@field over? string|integer time the slices are spread over
---@field venue? string the first hedge instrument that trades there, or a check of `instrument`
---@field cancel? "all"|integer cancel all live orders first, or one by its number
---@field replace? integer cancel this live order and send this one at once

---@class rehedge.Param
---@field default number|string|boolean
---@field min? number|string
---@field max? number|string
---@field unit? string
---@field about? string
---@field allowed? string[]

---@class rehedge.Wake
---@field every? string a duration, or the name of a param
---@field delta_beyond? number|string
---@field unit? string "asset", "quote", "percent", or the name of a param
---@field move_beyond? number|string
---@field on? string|string[]

---@alias rehedge.Scaled number|rehedge.Order|rehedge.Order[]|nil

---@class rehedge.Fill
---@field order integer number of the order
---@field instrument string
---@field qty number units of the asset, signed
---@field remaining number of the order, units of the asset
---@field price number
---@field fee number numeraire

---@class rehedge.Rejected
---@field order integer
---@field instrument string
---@field qty number units of the asset, signed
---@field reason string the guard that refused it

---@class rehedge.Expired
---@field name string
---@field kind "call"|"put"
---@field strike number
---@field expiry integer nanoseconds since 1970 UTC
---@field qty number what was held
---@field paid number per unit, in the currency of settlement

---@class rehedge.Policy
---@field api 1
---@field name string
---@field version string
---@field license? string
---@field about? string
---@field params? table<string, rehedge.Param|number|string|boolean>
---@field features? table<string, table>
---@field wake? rehedge.Wake
---@field trigger? fun(s: rehedge.View, p: table, f: table): boolean?, number?, number?
---@field scale? fun(s: rehedge.View, p: table, f: table, lo: number, hi: number): rehedge.Scaled
---@field scope? "asset"|"portfolio"
---@field series? string[] names for rehedge.record, at most 64
---@field on_fill? fun(s: rehedge.View, p: table, fill: rehedge.Fill)
---@field on_reject? fun(s: rehedge.View, p: table, order: rehedge.Rejected)
---@field on_expiry? fun(s: rehedge.View, p: table, option: rehedge.Expired)
---@field on_timer? fun(s: rehedge.View, p: table)
---@field migrate? fun(old: table, from_name: string, from_version: string): table?

---@class rehedge.Stream
local Stream = {}
---@return number uniform on (0, 1)
function Stream:uniform() end
---@return number standard normal
function Stream:normal() end

rehedge = {}
---@param policy rehedge.Policy
---@return rehedge.Policy
function rehedge.policy(policy) end
---@generic T: table
---@param defaults T plain values only; C refills the table after a swap
---@return T
function rehedge.state(defaults) end
---The quantity that brings delta to the nearest edge of [lo, hi]; 0 inside.
function rehedge.to_edge(delta, lo, hi) end
---The quantity that brings delta to the middle of [lo, hi], from anywhere.
function rehedge.to_centre(delta, lo, hi) end
---@param stream integer 0 to 65535; equal streams give equal numbers in every run of a seed
---@return rehedge.Stream
function rehedge.rng(stream) end
function rehedge.log(text) end

---Into the ledger's column `series_NAME`; NaN is a gap.
---@param name string one of the policy's `series`
---@param value number
function rehedge.record(name, value) end

---@alias rehedge.Trigger fun(s: rehedge.View, p: table, f: table): boolean?, number?, number?
---The band of the first trigger that fires.
---@param triggers rehedge.Trigger[]
---@return rehedge.Trigger
function rehedge.any(triggers) end
---The band of the last trigger, when all fire.
---@param triggers rehedge.Trigger[]
---@return rehedge.Trigger
function rehedge.all(triggers) end
---A trigger that never fires.
---@return boolean
function rehedge.never() end
---Not again before `wait` has passed since it last fired.
---@param wait string|integer a duration, the name of a param that is one, or nanoseconds
---@param trigger rehedge.Trigger
---@return rehedge.Trigger
function rehedge.cooldown(wait, trigger) end
---Only from `start` on.
---@param start string|integer a time, or a duration that counts from the first call
---@param trigger rehedge.Trigger
---@return rehedge.Trigger
function rehedge.after(start, trigger) end

---@alias rehedge.Model "bsm"|"european"|"black76"|"inverse"|"american"|"baw"
---@alias rehedge.CallPut "call"|"put"|"C"|"P"

---@class rehedge.Option
---@field model rehedge.Model
---@field cp rehedge.CallPut
---@field S number spot (bsm, american, baw) or forward
---@field K number strike
---@field T number years of 365 days
---@field r? number rate, continuous (0)
---@field q? number yield, continuous (0)
---@field sigma? number a fraction per sqrt(year); not for implied_vol
---@field price? number for implied_vol only

---@class rehedge.Greeks what the model has not is nil; theta, charm, veta, color per year
---@field price number
---@field delta number
---@field gamma number
---@field vega number per 1.00 of volatility
---@field theta number
---@field rho? number not inverse
---@field phi? number bsm only
---@field vanna? number not american, nor the others below
---@field volga? number
---@field charm? number
---@field veta? number
---@field speed? number
---@field color? number
---@field zomma? number
---@field ultima? number
---@field dual_delta? number
---@field dual_gamma? number
---@field usd_price? number inverse only
---@field usd_delta? number inverse only
---@field net_delta? number inverse only
---@field boundary? number american only: exercised at and beyond this price

---price, delta, gamma, vega, theta; american and baw: the price alone.
---@param model rehedge.Model
---@param cp rehedge.CallPut
---@param S number
---@param K number
---@param T number
---@param r number
---@param q number
---@param sigma number
---@return number price, number? delta, number? gamma, number? vega, number? theta
---@overload fun(option: rehedge.Option): number, number?, number?, number?, number?
function rehedge.price(model, cp, S, K, T, r, q, sigma) end
---Every greek that the model has, in `into` or a new table.
---@param model rehedge.Model not baw
---@param cp rehedge.CallPut
---@param S number
---@param K number
---@param T number
---@param r number
---@param q number
---@param sigma number
---@param into? table filled and returned
---@return rehedge.Greeks
---@overload fun(option: rehedge.Option, into?: table): rehedge.Greeks
function rehedge.greeks(model, cp, S, K, T, r, q, sigma, into) end
---The vol; or nil and "below_intrinsic", "above_maximum", "lost_in_rounding", "zero_time"....
---@param model "bsm"|"european"|"black76"|"inverse"
---@param cp rehedge.CallPut
---@param S number
---@param K number
---@param T number
---@param r number
---@param q number
---@param price number
---@return number? sigma, string? why
---@overload fun(option: rehedge.Option): number?, string?
function rehedge.implied_vol(model, cp, S, K, T, r, q, price) end
