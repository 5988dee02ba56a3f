//! English.

use super::super::plan::Matter;
use super::{Manners, Words};

pub(super) fn words(matter: Matter) -> &'static Words {
    match matter {
        Matter::Network => &NETWORK,
        Matter::Devices => &DEVICES,
        Matter::Access => &ACCESS,
        Matter::Billing => &BILLING,
        Matter::Orders => &ORDERS,
        Matter::Other => &OTHER,
    }
}

static NETWORK: Words = Words {
    asks: &[
        "my internet is gone since this morning",
        "The Wi-Fi in the bedroom is really weak, what can I do?",
        "everything loads so slowly tonight",
        "the wifi kicks me out every few minutes",
        "What does the red light on my router mean?",
        "Where can I read the Wi-Fi key? My sister is visiting and wants to get online",
        "no internt at all, restarted teh box 2 times",
    ],
    faults: &[
        "The line drops every evening at about nine and comes back by itself around midnight, for two \
         weeks now.",
        "The technician was here on Tuesday and since then the upload is worse than before",
        "Video calls freeze, although the speed test looks perfect by cable and by Wi-Fi",
        "There is a loud hum on the line and the router loses sync whenever it rains",
        "Builders cut a cable in front of our house, and now nothing works in the whole staircase.",
        "The router restarts by itself five or six times a day, I have already swapped the power supply",
        "conection dies evry time the phone rings, pls help asap",
    ],
    details: &["Red", "Orange", "Off", "Green"],
    exchanges: &[
        (
            "Does it also happen when a computer is connected to the router by cable?",
            "Yes, by cable it is just the same. I tried it with two laptops.",
        ),
        (
            "Could you tell me at what time it dropped last, so that I can find it in the line's records?",
            "The last time was yesterday evening, a few minutes past nine.",
        ),
        (
            "Is the router plugged straight into the wall socket, or is there an extension or a splitter \
             between them?",
            "There was an old splitter behind the shelf. I have taken it out now.",
        ),
        (
            "May I measure your line tonight? It will be down for about ten minutes.",
            "Sure, any time after eleven is fine.",
        ),
    ],
    solutions: &[
        "I measured your line and moved it to another port in the exchange. It has been stable for two \
         hours now.",
        "A faulty connector in the street cabinet was replaced this morning. Please restart the router once.",
        "Your router ran an old version that restarted under load. I updated it from here, and it stays up.",
        "The speed profile of your line was set too low. It is corrected, and you get the full speed again.",
    ],
};

static DEVICES: Words = Words {
    asks: &[
        "my phone no longer turns on, the screen stays black",
        "The battery of my phone is empty by lunchtime",
        "I dropped my phone and now the glass is cracked, what does a new one cost?",
        "I spilled tea over my tablet, what should I do now?",
        "How do I connect the new router that came today?",
        "is my tablet still under warranty?",
        "how do i get my fone repaird",
    ],
    faults: &[
        "The loudspeaker crackles in every call, even after the update and a restart.",
        "The tablet touches things by itself, as if a ghost were typing",
        "My phone came back from the repair and now the camera shows only a grey picture.",
        "The charger of the router gets hot and smells a bit burnt",
        "the extender blinks orange and pairs with nothing, not even right beside the router",
        "After the last update the phone restarts whenever I open the camera, I have erased it twice already",
        "sceen flickers n goes green, its only 3 months old!!",
    ],
    details: &["Lumo 7 phone", "Lumo Tab 10", "the white Acme router, second model"],
    exchanges: &[
        (
            "Did the device fall or get wet before it began?",
            "No, it lay on the table the whole time. It began overnight.",
        ),
        (
            "Which software version do you see under Settings, About?",
            "It says fourteen point two, and that it is up to date.",
        ),
        (
            "Does it also happen in safe mode, with no other apps running?",
            "I tried it as you described: in safe mode it is exactly the same.",
        ),
        ("Could you do without the device for about a week?", "Yes, I still have my old one in the drawer."),
    ],
    solutions: &[
        "It is a fault of the material and covered by the warranty. The label for the parcel is in your \
         mailbox.",
        "The part has been replaced and tested for a day. The device is on its way back to you.",
        "A repair does not pay off here, so you get a replacement of the same model this week.",
        "A setting of the last update was at fault. I have sent you the correction, please install it \
         tonight.",
    ],
};

static ACCESS: Words = Words {
    asks: &[
        "I forgot my password",
        "it says that my account is locked",
        "The mail with the reset link does not come",
        "I have a new phone and the app with the codes is gone",
        "How do I change the mail address that I sign in with?",
        "I am a customer but I never had a login for the portal, how do I get one?",
        "cant log in, forgott pasword",
    ],
    faults: &[
        "The portal signs me out again one second after I sign in, in three different browsers.",
        "After the sign-in I see somebody else's contract instead of mine",
        "My wife and I share one account, and since Monday only one of us can be signed in",
        "The page stays white after I type the code, on the phone as well as on the computer",
        "my account shows no contract any more since I moved house",
        "I reset the password four times, each time it is accepted, and the next day it is wrong again.",
        "app says eror 17 and thats it, portal on the pc works tho",
    ],
    details: &["the portal", "the app", "the portal, on my phone"],
    exchanges: &[
        (
            "Does it happen in a private window of the browser too?",
            "In a private window it works, only not in the normal one.",
        ),
        (
            "Is it the e-mail address that your invoices go to?",
            "No, the invoices go to my office. I used the private one.",
        ),
        ("When did you last sign in without trouble?", "I think that was on Friday evening."),
        (
            "What exactly do you see on the screen after you type the code?",
            "Only the logo and a circle that keeps turning.",
        ),
    ],
    solutions: &[
        "Your account existed twice. I merged the two, and your contract shows up again.",
        "I ended all old sessions and removed the lock. Please sign in once more.",
        "The second step is reset. At your next sign-in you set it up afresh.",
        "There was a fault on our side in the newest version of the app. The corrected one is in the store.",
    ],
};

static BILLING: Words = Words {
    asks: &[
        "Why is my bill higher this month?",
        "my card was refused when I wanted to pay",
        "I think I paid the same bill twice",
        "Can I pay it in several parts? It is a bit much at once.",
        "I would like to pay by direct debit from now on",
        "Where do I find my old invoices as a PDF?",
        "wrong ammount on bill, why so hi",
    ],
    faults: &[
        "You charge me for an extender that I sent back in the spring.",
        "The credit that your colleague promised me is still not on the invoice",
        "I got a reminder, although the transfer left my account two weeks ago",
        "My promotion ended six months too early according to the invoice",
        "There is a call to a service number on it that nobody here has made",
        "You took the money from my old account, which has been closed for a year, and now you want a fee \
         from me.",
        "charged 2x for instalation??? i did it MYSELF",
    ],
    details: &["the last invoice", "the item for the technician", "the monthly fee in March"],
    exchanges: &[
        (
            "On which day did the payment leave your account?",
            "On the eleventh, I have the statement here in front of me.",
        ),
        (
            "Do you still have the receipt of the parcel that you sent back?",
            "Yes, I took a photo of it. The parcel shop stamped it.",
        ),
        (
            "Shall we pay the difference out, or take it off the next invoice?",
            "Taking it off the next invoice is fine with me.",
        ),
        (
            "Is the contract in your own name or in that of a company?",
            "In my own name, the company has a contract of its own.",
        ),
    ],
    solutions: &[
        "The item was wrong. I have taken it off, and you get a corrected invoice by mail today.",
        "Your payment has been found and matched; the reminder is void and the fee is cancelled.",
        "The credit is booked and will be taken off the next invoice.",
        "I checked the invoice item by item: the amount is right, because the promotion ended on the \
         fifteenth.",
    ],
};

static ORDERS: Words = Words {
    asks: &[
        "Where is my parcel?",
        "I would like to send something back",
        "it says delivered but nothing came",
        "I was out when the courier rang, and now?",
        "can I still cancel what I ordered last night?",
        "When do I get the money for the headphones that I returned?",
        "my discont code dosnt work",
    ],
    faults: &[
        "The box was full of paper, and the phone itself was not in it.",
        "My parcel has been going back and forth between two depots for nine days",
        "I ordered the blue one, got the red one, sent it back and got a red one again.",
        "The shop has no idea of my order, although the mail says it is ready there",
        "you took the money twice for one single charger",
        "The exchange for the broken keyboard was promised for last week and nobody has come to collect it",
        "wher is my order its the 3rd time i ask!!",
    ],
    details: &["a phone and a case", "a charger", "the headphones"],
    exchanges: &[
        (
            "Was the tape on the box damaged when it came?",
            "Yes, one side had been opened and closed with other tape.",
        ),
        ("Is there a neighbour or a doorman who could have taken it?", "I asked all of them, nobody has it."),
        (
            "Would you rather have the article again, or your money back?",
            "I would still like to have it, if it comes this week.",
        ),
        ("Which name is written on the bell?", "Only the number of the flat, there is no name on it."),
    ],
    solutions: &[
        "The courier has found the parcel; it comes tomorrow before noon.",
        "I have sent the article once more by express, at no cost for you.",
        "The return arrived at the warehouse today, and the money is on its way to you.",
        "The order is cancelled, and the amount goes back to your card within three days.",
    ],
};

static OTHER: Words = Words {
    asks: &[
        "When are you open on Saturdays?",
        "Where is your nearest shop?",
        "how can I reach you by mail?",
        "I want to make a complaint",
        "How long does it take until somebody answers my ticket?",
        "Are you there on the holiday next week, or is it all closed?",
        "opning hours pls",
    ],
    faults: &[
        "I would like to thank the lady who was so patient with my father last week.",
        "Your van blocks our driveway every Thursday morning",
        "My mother has died and her contract has to be put in my name.",
        "Somebody rings at doors in our street and says he comes from you",
        "we are planning an event for two hundred people and would need a line for three days",
        "Your letters go to the people who lived here before us, and we cannot make it stop",
        "whos in charge of the street cabinet, its door is open sinse days",
    ],
    details: &["nothing else", "it is in the letter", "as I said"],
    exchanges: &[
        ("In which town is that, please?", "In the old town, right beside the market hall."),
        ("How may we reach you best?", "Here is fine, I look in every evening."),
        ("Do you remember the day and about the hour?", "It was on Thursday, a little before eight."),
        ("May I pass your message on to the people concerned?", "Of course, with pleasure."),
    ],
    solutions: &[
        "I have passed it on, and the people in charge have confirmed that they take care of it.",
        "The address is corrected; nothing more will be sent to the old one.",
        "The form for it is in your mailbox. Sign it and send it back, and the rest is up to us.",
        "Thank you for telling us. A colleague was on the spot today, and it is settled.",
    ],
};

pub(super) static MANNERS: Manners = Manners {
    names: &[
        "Alice", "Ben", "Clara", "Daniel", "Edith", "Frank", "Grace", "Harry", "Iris", "Jack", "Kate",
        "Liam", "Mia", "Noah", "Olive", "Paul", "Ruth", "Simon", "Tess", "Wendy",
    ],
    greetings: &[
        "Hello, I am looking after your ticket.",
        "Good day, I have read what you wrote and I am on it.",
        "Hi, thank you for getting in touch. I take care of this.",
        "Hello, sorry that you have this trouble. Let me have a look.",
    ],
    not_solved: &[
        "it still does not work",
        "Sorry, but it is the same as before.",
        "It worked for an hour, and now it is back.",
        "I did all that, nothing has changed.",
        "no, not solved, please have another look",
    ],
    thanks: &["Thank you, now it works!", "Great, thanks a lot.", "That was it, thank you.", "ok thx"],
    vendor: &[
        "I need an answer from our supplier for this. I write to you as soon as I have it.",
        "The spare part has to be ordered. I keep an eye on it and let you know.",
        "Our partner on the spot has to look at it first; that may take a day or two.",
    ],
    escalations: &[
        "The usual steps did not help, this needs somebody with deeper access.",
        "Second case of this kind today. Please have a look at the logs.",
        "The contact has tried everything on our list, and so have I.",
    ],
    apologies: &[
        "I am sorry to hear that. I look into it again right away.",
        "Then there is more to it. Thank you for writing, I am on it again.",
        "Sorry for that. I have reopened it and will not close it before you say so.",
    ],
    praise: &[
        "Quick and friendly, thank you.",
        "I had an answer within the hour.",
        "The assistant understood me at once.",
        "Very patient with me.",
        "Everything was explained clearly.",
        "great!!",
    ],
    fair: &[
        "It works now, but it took a while.",
        "Friendly, only I had to explain it twice.",
        "It was all right.",
        "Good in the end, slow at the start.",
        "The automatic questions were too many for me.",
    ],
    blame: &[
        "Far too slow.",
        "I had to ask three times before anything happened.",
        "Nobody told me what was going on.",
        "The first solution was none.",
        "For what I pay I expect more.",
    ],
};
