//! The life of the made-up desk: visits, what agents do about the tickets that come of them, and the program's own clock,
//! each at its time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::Made;
use super::plan::staff::{AGENTS, Agent, Handling, Staff};
use super::plan::{Channel, Plan, Shape, Visit};
use super::talker::{Talker, address_of};
use super::words::{Manners, manners};
use crate::app::App;
use crate::app::clock::Clock;
use crate::app::desk::DeskError;
use crate::app::tickets::TicketError;
use crate::calendar::Calendar;
use crate::conversation::{ConversationId, Owner};
use crate::desk::lifecycle::Wish;
use crate::desk::ticket::Act;

/// How often the program's own loops look, in simulated time.
const LOOKS: SignedDuration = SignedDuration::from_mins(10);
/// Looks in one go until nothing is due.
const AT_ONCE: usize = 50;

/// Something that happens at its time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Look,
    Visit(usize),
    /// An agent takes a conversation that waits for a person.
    Pick(usize, ConversationId),
    /// An agent takes it and writes.
    Touch {
        code: String,
        visit: usize,
        tier: u8,
    },
    /// The contact answers the agent's question, or a supplier does.
    Back {
        code: String,
        visit: usize,
        agent: usize,
    },
    Finish {
        code: String,
        visit: usize,
        agent: usize,
    },
    /// It was not solved after all.
    Again {
        code: String,
        visit: usize,
        agent: usize,
    },
    Rate {
        code: String,
        visit: usize,
        after_hours: u32,
    },
}

pub struct Life<'a> {
    app: &'a App,
    clock: Clock,
    plan: Plan,
    staff: Staff,
    seed: u64,
    end: Timestamp,
    shifts: Vec<Calendar>,
    /// Tickets that each agent has.
    load: Vec<u32>,
    deeds: BinaryHeap<Reverse<(Timestamp, u64, Deed)>>,
    counted: u64,
    /// Conversations that agents write in, by ticket.
    open: HashMap<String, ConversationId>,
    /// Tickets that came up again: once is enough.
    again: HashSet<String>,
    pub made: Made,
}

impl<'a> Life<'a> {
    pub fn new(app: &'a App, clock: Clock, plan: Plan, shape: &Shape) -> Self {
        let zone = app.settings.desk.hours.zone_name();
        let shift = |agent: &Agent| {
            let spans: Vec<String> = agent.shifts.iter().map(|span| (*span).to_owned()).collect();
            Calendar::new(&zone, &spans).unwrap_or_else(|_| Calendar::always())
        };
        let mut life = Self {
            app,
            clock,
            staff: Staff::new(shape.seed),
            seed: shape.seed,
            end: shape.end,
            shifts: AGENTS.iter().map(shift).collect(),
            load: vec![0; AGENTS.len()],
            deeds: BinaryHeap::new(),
            counted: 0,
            open: HashMap::new(),
            again: HashSet::new(),
            made: Made { visits: plan.visits.len(), ..Made::default() },
            plan,
        };
        life.at(shape.start(), Deed::Look);
        for nth in 0..life.plan.visits.len() {
            life.at(life.plan.visits[nth].at, Deed::Visit(nth));
        }
        life
    }

    fn at(&mut self, at: Timestamp, deed: Deed) {
        if at < self.end {
            self.counted += 1;
            self.deeds.push(Reverse((at, self.counted, deed)));
        }
    }

    /// # Errors
    /// The store's.
    pub async fn run(&mut self, mut progress: impl FnMut(Timestamp, &Made)) -> anyhow::Result<()> {
        while let Some(Reverse((at, _, deed))) = self.deeds.pop() {
            self.clock.set(at);
            match deed {
                Deed::Look => {
                    self.look(at).await?;
                    progress(at, &self.made);
                    self.at(later(at, LOOKS), Deed::Look);
                }
                Deed::Visit(nth) => self.visit(nth, at).await?,
                Deed::Pick(nth, conversation) => self.pick(nth, conversation, at).await?,
                Deed::Touch { code, visit, tier } => self.touch(code, visit, tier, at).await?,
                Deed::Back { code, visit, agent } => self.back(code, visit, agent, at).await?,
                Deed::Finish { code, visit, agent } => self.finish(code, visit, agent, at).await?,
                Deed::Again { code, visit, agent } => self.again(code, visit, agent, at).await?,
                Deed::Rate { code, visit, after_hours } => self.rate(&code, visit, after_hours).await?,
            }
        }
        Ok(())
    }

    /// What the program does by itself.
    async fn look(&mut self, now: Timestamp) -> anyhow::Result<()> {
        for _ in 0..AT_ONCE {
            if self.app.fire_due(now).await? == 0 {
                break;
            }
        }
        for _ in 0..AT_ONCE {
            if self.app.watch_tickets(now).await? == 0 {
                break;
            }
        }
        self.app.give_out_tickets(now).await?;
        self.app.tell_due().await?;
        Ok(())
    }

    async fn visit(&mut self, nth: usize, at: Timestamp) -> anyhow::Result<()> {
        let visit = self.plan.visits[nth];
        let address = address_of(self.seed, &visit, nth);
        let (clock, mut dice, mut now) = (self.clock.clone(), visit.chance("pauses"), at);
        let mut talker = Talker::new(self.app, &visit, address);
        let came = talker
            .talk(|| {
                now = later(now, SignedDuration::from_secs(8 + dice.below(50) as i64));
                clock.set(now);
            })
            .await?;
        self.made.turns += came.turns;
        if let Some(conversation) = came.waits {
            let seconds = 15 + visit.chance("wait").below(120) as i64;
            self.at(later(now, SignedDuration::from_secs(seconds)), Deed::Pick(nth, conversation));
        }
        for (code, opened) in came.tickets {
            self.made.tickets += usize::from(opened);
            if self.open.contains_key(&code) {
                continue;
            }
            let known = self.app.store.ticket(&code).await?;
            match known.map(|row| row.state).as_deref() {
                Some("new") if opened => {}
                // They were back on the matter.
                Some("reopened") => {}
                _ => continue,
            }
            self.touched(code, nth, 1, now);
        }
        Ok(())
    }

    /// Helped on the line, or nobody was there in time.
    async fn pick(&mut self, nth: usize, conversation: ConversationId, now: Timestamp) -> anyhow::Result<()> {
        let visit = self.plan.visits[nth];
        let agent = self.who(visit.matter.queue(), 1, now);
        let waits = self.app.store.conversation(conversation).await?;
        let waits = waits.is_some_and(|known| matches!(known.owner, Owner::Queue(_)) && !known.is_closed());
        if !waits || !self.shifts[agent].is_open(now) {
            return Ok(());
        }
        let login = AGENTS[agent].login;
        let solution = self.says(nth, "live", "solution", visit.words().solutions);
        let helped = async {
            self.app.claim(login, conversation).await?;
            self.app.reply(login, conversation, &format!("live {nth}"), solution).await?;
            self.app.close_conversation(login, conversation, "resolved").await
        };
        match helped.await {
            Ok(()) => self.made.answers_of_agents += 1,
            Err(DeskError::Store(error)) => return Err(error.into()),
            Err(_) => {}
        }
        Ok(())
    }

    /// Somebody takes it in time.
    fn touched(&mut self, code: String, visit: usize, tier: u8, now: Timestamp) {
        let agent = self.who(self.plan.visits[visit].matter.queue(), tier, now);
        let minutes = self.handling(&code, visit, agent).first_touch_minutes;
        let at = self.shifts[agent].after(now, SignedDuration::from_mins(i64::from(minutes)));
        self.at(at.unwrap_or(now), Deed::Touch { code, visit, tier });
    }

    fn handling(&self, code: &str, visit: usize, agent: usize) -> Handling {
        self.staff.handling(code, &AGENTS[agent], self.plan.visits[visit].matter)
    }

    /// Of those who work in the queue and tier, on duty before others, the least loaded.
    fn who(&self, queue: &str, tier: u8, now: Timestamp) -> usize {
        let fits = |at: &usize| AGENTS[*at].tier == tier && AGENTS[*at].queues.contains(&queue);
        let any = |at: &usize| AGENTS[*at].tier >= tier;
        let rank = |at: &usize| (!self.shifts[*at].is_open(now), self.load[*at], *at);
        let all = 0..AGENTS.len();
        all.clone().filter(fits).min_by_key(rank).or_else(|| all.filter(any).min_by_key(rank)).unwrap_or(0)
    }

    async fn act(&self, agent: usize, code: &str, wishes: &[Wish]) -> anyhow::Result<bool> {
        match self.app.act_on_ticket(AGENTS[agent].login, code, wishes).await {
            Ok(_) => Ok(true),
            // Somebody else was there: as it happens.
            Err(TicketError::Refused(_) | TicketError::Unknown(_) | TicketError::Busy) => Ok(false),
            Err(TicketError::Store(error)) => Err(error.into()),
        }
    }

    /// Writes to the contact, where they chat.
    async fn write(&mut self, agent: usize, visit: usize, code: &str, text: &str) -> anyhow::Result<()> {
        if self.plan.visits[visit].channel == Channel::Phone {
            return Ok(());
        }
        let client = format!("{code} {}", self.counted);
        self.counted += 1;
        match self.app.answer_ticket(AGENTS[agent].login, code, &client, text).await {
            Ok(conversation) => {
                self.made.answers_of_agents += 1;
                self.open.insert(code.to_owned(), conversation);
                Ok(())
            }
            Err(DeskError::Store(error)) => Err(error.into()),
            Err(_) => Ok(()),
        }
    }

    fn says(&self, visit: usize, code: &str, what: &str, from: &[&'static str]) -> &'static str {
        self.plan.visits[visit].chance(&format!("{what} {code}")).text(from)
    }

    async fn touch(&mut self, code: String, visit: usize, tier: u8, now: Timestamp) -> anyhow::Result<()> {
        let known = self.app.store.ticket(&code).await?;
        let waits = |state: &str| matches!(state, "new" | "assigned" | "in_progress" | "reopened");
        let Some(row) = known.filter(|row| waits(&row.state) && row.agent.is_none()) else {
            return Ok(());
        };
        let agent = self.who(self.plan.visits[visit].matter.queue(), tier.max(row.tier), now);
        let how = self.handling(&code, visit, agent);
        let login = AGENTS[agent].login;
        self.load[agent] += 1;
        let mut wishes = vec![Wish::assign(login)];
        wishes.extend(
            how.corrects.filter(|_| tier == 1).map(|right| Wish::Categorise(right.as_str().to_owned())),
        );
        self.act(agent, &code, &wishes).await?;
        let manners = self.manners(visit);
        let exchange =
            self.plan.visits[visit].chance(&code).pick(self.plan.visits[visit].words().exchanges).copied();
        let begins = if row.state == "reopened" { manners.apologies } else { manners.greetings };
        let greeting = self.says(visit, &code, "greeting", begins);
        let asks = exchange.filter(|_| how.asks_back && self.plan.visits[visit].channel == Channel::Web);
        let first = match asks {
            Some((question, _)) => format!("{greeting} {question}"),
            None => greeting.to_owned(),
        };
        self.write(agent, visit, &code, &first).await?;
        self.act(agent, &code, &[Wish::Move { act: Act::Start, why: None }]).await?;
        if how.escalates && tier < 3 {
            let why = self.says(visit, &code, "why", manners.escalations).to_owned();
            if self.act(agent, &code, &[Wish::Escalate { why }]).await? {
                self.free(agent);
                self.let_go(agent, &code).await?;
                self.touched(code, visit, tier + 1, now);
                return Ok(());
            }
        }
        if asks.is_some() {
            self.act(agent, &code, &[Wish::Move { act: Act::AskContact, why: None }]).await?;
            let minutes = i64::from(self.plan.visits[visit].temper.writes_back_after_minutes);
            self.at(later(now, SignedDuration::from_mins(minutes)), Deed::Back { code, visit, agent });
        } else if how.waits_for_vendor {
            self.write(agent, visit, &code, self.says(visit, &code, "vendor", manners.vendor)).await?;
            self.act(agent, &code, &[Wish::Move { act: Act::AskVendor, why: None }]).await?;
            let hours = i64::from(how.vendor_hours);
            self.at(later(now, SignedDuration::from_hours(hours)), Deed::Back { code, visit, agent });
        } else {
            self.works(code, visit, agent, now);
        }
        Ok(())
    }

    fn works(&mut self, code: String, visit: usize, agent: usize, now: Timestamp) {
        let minutes = self.handling(&code, visit, agent).work_minutes;
        let at = self.shifts[agent].after(now, SignedDuration::from_mins(i64::from(minutes)));
        self.at(at.unwrap_or(now), Deed::Finish { code, visit, agent });
    }

    fn free(&mut self, agent: usize) {
        self.load[agent] = self.load[agent].saturating_sub(1);
    }

    fn manners(&self, visit: usize) -> &'static Manners {
        manners(self.plan.visits[visit].locale)
    }

    async fn back(&mut self, code: String, visit: usize, agent: usize, now: Timestamp) -> anyhow::Result<()> {
        let known = self.app.store.ticket(&code).await?;
        match known.map(|row| row.state).as_deref() {
            Some("pending_contact") => {
                let words = self.plan.visits[visit].words();
                let exchange = self.plan.visits[visit].chance(&code).pick(words.exchanges).copied();
                let text = exchange.map_or("", |(_, answer)| answer);
                self.talker(visit).write(text).await?;
                self.made.turns += 1;
            }
            Some("pending_vendor") => {
                self.act(agent, &code, &[Wish::Move { act: Act::VendorReplied, why: None }]).await?;
            }
            _ => {}
        }
        self.works(code, visit, agent, now);
        Ok(())
    }

    fn talker(&self, visit: usize) -> Talker<'_> {
        let planned: &Visit = &self.plan.visits[visit];
        Talker::new(self.app, planned, address_of(self.seed, planned, visit))
    }

    async fn finish(
        &mut self,
        code: String,
        visit: usize,
        agent: usize,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let known = self.app.store.ticket(&code).await?;
        let over = |state: &str| matches!(state, "resolved" | "closed" | "cancelled");
        let Some(row) = known.filter(|row| !over(&row.state)) else {
            self.free(agent);
            return Ok(());
        };
        // A missed promise may have taken it from them.
        let agent =
            match row.agent.as_deref().and_then(|name| AGENTS.iter().position(|one| one.login == name)) {
                Some(has) => has,
                None => {
                    self.act(agent, &code, &[Wish::assign(AGENTS[agent].login)]).await?;
                    agent
                }
            };
        let text = self.says(visit, &code, "solution", self.plan.visits[visit].words().solutions);
        self.write(agent, visit, &code, text).await?;
        if self.open.contains_key(&code) && self.plan.visits[visit].chance(&code).chance(0.4) {
            let thanks = self.says(visit, &code, "thanks", self.manners(visit).thanks);
            self.talker(visit).write(thanks).await?;
        }
        self.act(agent, &code, &[Wish::Move { act: Act::Resolve, why: None }]).await?;
        self.close_chat(agent, &code).await?;
        self.free(agent);
        let planned = self.plan.visits[visit];
        if planned.temper.reopens && self.again.insert(code.clone()) {
            let hours = 2 + planned.chance("again").below(60) as i64;
            self.at(
                later(now, SignedDuration::from_hours(hours)),
                Deed::Again { code: code.clone(), visit, agent },
            );
        }
        let spent = now.duration_since(row.created).as_hours().max(0);
        let closes = self.app.settings.desk.close_after.and_then(|time| SignedDuration::try_from(time).ok());
        if let Some(closes) =
            closes.filter(|_| planned.temper.answers_survey && planned.channel == Channel::Web)
        {
            let asked = later(later(now, closes), SignedDuration::from_hours(14));
            let after_hours = u32::try_from(spent).unwrap_or(u32::MAX);
            self.at(asked, Deed::Rate { code, visit, after_hours });
        }
        Ok(())
    }

    /// The agent is done writing there.
    async fn close_chat(&mut self, agent: usize, code: &str) -> anyhow::Result<()> {
        let Some(conversation) = self.open.remove(code) else { return Ok(()) };
        match self.app.close_conversation(AGENTS[agent].login, conversation, "resolved").await {
            Err(DeskError::Store(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Another takes it: the chat goes back to the bot.
    async fn let_go(&mut self, agent: usize, code: &str) -> anyhow::Result<()> {
        let Some(conversation) = self.open.remove(code) else { return Ok(()) };
        match self.app.hand_back(AGENTS[agent].login, conversation).await {
            Err(DeskError::Store(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn again(
        &mut self,
        code: String,
        visit: usize,
        agent: usize,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let why = Some(self.says(visit, &code, "again", self.manners(visit).not_solved).to_owned());
        if self.act(agent, &code, &[Wish::Move { act: Act::Reopen, why }]).await? {
            self.touched(code, visit, 1, now);
        }
        Ok(())
    }

    async fn rate(&mut self, code: &str, visit: usize, after_hours: u32) -> anyhow::Result<()> {
        let score = self.plan.visits[visit].temper.csat(f64::from(after_hours));
        let comment = self.says(visit, code, "comment", self.manners(visit).comments(score));
        let rated = self.talker(visit).rate(f64::from(after_hours), comment).await?;
        self.made.surveys += u64::from(rated.is_some());
        Ok(())
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}
