// The words of the banner, in three languages; a shop may bring its own.

const TEXTS = {
  en: {
    title: "May we remember you?",
    about: "If you agree, this shop keeps what you look at in your own browser, to show what fits you and to learn what works. Nothing is kept until you choose, and you can change your mind at any time.",
    yes: "Yes, all of it",
    no: "No, nothing",
    more: "Choose",
    save: "Save my choice",
    choose: "You may allow",
    analytics: "Measuring",
    analyticsWhy: "What is visited and bought is counted, to improve the shop.",
    personalization: "Recommendations",
    personalizationWhy: "What you look at decides what is shown to you.",
    marketing: "Offers",
    marketingWhy: "We may write to you about offers that fit you.",
    gpc: "Your browser says no to this (Global Privacy Control).",
    policy: "Privacy policy",
  },
  uz: {
    title: "Sizni eslab qolsak maylimi?",
    about: "Rozi boʻlsangiz, doʻkon koʻrgan narsalaringizni oʻz brauzeringizda saqlaydi: sizga mosini koʻrsatish va nima foydali ekanini bilish uchun. Siz tanlamaguningizcha hech narsa saqlanmaydi; fikringizni istalgan vaqtda oʻzgartirasiz.",
    yes: "Ha, hammasi",
    no: "Yoʻq, hech biri",
    more: "Tanlash",
    save: "Tanlovni saqlash",
    choose: "Ruxsat berishingiz mumkin",
    analytics: "Oʻlchash",
    analyticsWhy: "Nima koʻrilgani va sotib olingani sanaladi, doʻkon yaxshilanadi.",
    personalization: "Tavsiyalar",
    personalizationWhy: "Nima koʻrganingizga qarab sizga mosi koʻrsatiladi.",
    marketing: "Takliflar",
    marketingWhy: "Sizga mos takliflar haqida yozishimiz mumkin.",
    gpc: "Brauzeringiz bunga yoʻq deydi (Global Privacy Control).",
    policy: "Maxfiylik siyosati",
  },
  ru: {
    title: "Можно вас запомнить?",
    about: "Если вы согласны, магазин хранит то, что вы смотрите, в вашем же браузере: чтобы показывать подходящее и понимать, что полезно. До вашего выбора ничего не хранится, и передумать можно в любой момент.",
    yes: "Да, на всё",
    no: "Нет, ни на что",
    more: "Выбрать",
    save: "Сохранить выбор",
    choose: "Можно разрешить",
    analytics: "Измерение",
    analyticsWhy: "Считаем, что смотрят и покупают, чтобы улучшать магазин.",
    personalization: "Рекомендации",
    personalizationWhy: "То, что вы смотрите, решает, что вам показать.",
    marketing: "Предложения",
    marketingWhy: "Можем написать вам о подходящих предложениях.",
    gpc: "Ваш браузер этого не разрешает (Global Privacy Control).",
    policy: "Политика конфиденциальности",
  },
};

const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

/** The words for a language: the shop's own over ours, ours in English where there are none. */
export function bannerTexts(locale, { texts } = {}) {
  const lang = String(locale).toLowerCase().split(/[-_]/)[0];
  const own = texts?.[lang];
  const known = TEXTS[lang] ? lang : own ? lang : "en";
  const dir = RIGHT_TO_LEFT.includes(known) ? "rtl" : "ltr";
  return { ...(TEXTS[known] ?? TEXTS.en), ...own, lang: known, dir };
}
