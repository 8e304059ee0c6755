using System.Collections.Frozen;

namespace Conductor.Providers.Local.Entities;

/// <summary>Names and signs of currencies.</summary>
internal static class Currencies
{
    public static readonly FrozenDictionary<string, string> Signs = new Dictionary<string, string>
    {
        ["$"] = "USD", ["€"] = "EUR", ["£"] = "GBP", ["¥"] = "JPY", ["₹"] = "INR", ["₩"] = "KRW", ["₽"] = "RUB", ["₺"] = "TRY", ["₪"] = "ILS", ["₫"] = "VND",
        ["₴"] = "UAH", ["₦"] = "NGN", ["฿"] = "THB", ["₱"] = "PHP", ["₡"] = "CRC", ["₵"] = "GHS", ["₸"] = "KZT", ["₼"] = "AZN", ["₾"] = "GEL", ["₭"] = "LAK", ["₮"] = "MNT", ["₲"] = "PYG", ["៛"] = "KHR", ["৳"] = "BDT", ["₿"] = "BTC", ["＄"] = "USD", ["￥"] = "JPY",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Letters in front of a dollar sign.</summary>
    public static readonly FrozenDictionary<string, string> Dollars = new Dictionary<string, string>
    {
        ["us"] = "USD", ["c"] = "CAD", ["ca"] = "CAD", ["can"] = "CAD", ["a"] = "AUD", ["au"] = "AUD", ["nz"] = "NZD", ["hk"] = "HKD", ["s"] = "SGD", ["nt"] = "TWD", ["r"] = "BRL", ["mx"] = "MXN",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>ISO 4217 codes that are written beside amounts.</summary>
    public static readonly FrozenSet<string> Codes = (
        "usd eur gbp jpy cny rmb inr krw rub try ils vnd uah ngn thb php aud cad nzd hkd sgd twd brl mxn chf sek nok dkk pln czk huf ron bgn zar aed sar egp clp cop ars pen idr myr pkr bdt lkr kwd qar btc eth")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Names behind an amount; an empty code where several countries share the name.</summary>
    public static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["dollar"] = "USD", ["dollars"] = "USD", ["buck"] = "USD", ["bucks"] = "USD", ["euro"] = "EUR", ["euros"] = "EUR", ["pound"] = "GBP", ["pounds"] = "GBP", ["quid"] = "GBP", ["sterling"] = "GBP",
        ["yen"] = "JPY", ["yuan"] = "CNY", ["renminbi"] = "CNY", ["rupee"] = "INR", ["rupees"] = "INR", ["won"] = "KRW", ["ruble"] = "RUB", ["rubles"] = "RUB", ["rouble"] = "RUB", ["roubles"] = "RUB",
        ["lira"] = "TRY", ["liras"] = "TRY", ["shekel"] = "ILS", ["shekels"] = "ILS", ["baht"] = "THB", ["zloty"] = "PLN", ["zlotys"] = "PLN", ["forint"] = "HUF", ["forints"] = "HUF",
        ["rand"] = "ZAR", ["real"] = "BRL", ["reais"] = "BRL", ["peso"] = "", ["pesos"] = "", ["franc"] = "", ["francs"] = "", ["krona"] = "SEK", ["kronor"] = "SEK", ["krone"] = "", ["kroner"] = "",
        ["dirham"] = "AED", ["dirhams"] = "AED", ["dinar"] = "", ["dinars"] = "", ["riyal"] = "SAR", ["riyals"] = "SAR", ["mark"] = "", ["marks"] = "", ["ringgit"] = "MYR", ["rupiah"] = "IDR", ["hryvnia"] = "UAH",
        ["peseta"] = "ESP", ["pesetas"] = "ESP", ["guilder"] = "NLG", ["guilders"] = "NLG", ["escudo"] = "PTE", ["escudos"] = "PTE", ["schilling"] = "ATS", ["schillings"] = "ATS", ["drachma"] = "GRD", ["drachmas"] = "GRD",
        ["kuai"] = "CNY", ["rial"] = "IRR", ["rials"] = "IRR", ["koruna"] = "CZK", ["korunas"] = "CZK", ["lari"] = "GEL", ["dong"] = "VND", ["taka"] = "BDT", ["naira"] = "NGN", ["cedi"] = "GHS", ["cedis"] = "GHS", ["tenge"] = "KZT",
        ["bitcoin"] = "BTC", ["bitcoins"] = "BTC",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A country's adjective in front of a name that countries share.</summary>
    public static readonly FrozenDictionary<string, string> Countries = new Dictionary<string, string>
    {
        ["us dollar"] = "USD", ["american dollar"] = "USD", ["canadian dollar"] = "CAD", ["australian dollar"] = "AUD", ["singapore dollar"] = "SGD", ["hong kong dollar"] = "HKD", ["new zealand dollar"] = "NZD",
        ["taiwan dollar"] = "TWD", ["british pound"] = "GBP", ["egyptian pound"] = "EGP", ["swiss franc"] = "CHF", ["mexican peso"] = "MXN", ["chilean peso"] = "CLP", ["argentine peso"] = "ARS", ["colombian peso"] = "COP",
        ["philippine peso"] = "PHP", ["danish krone"] = "DKK", ["norwegian krone"] = "NOK", ["swedish krona"] = "SEK", ["japanese yen"] = "JPY", ["chinese yuan"] = "CNY", ["indian rupee"] = "INR", ["pakistani rupee"] = "PKR",
        ["russian ruble"] = "RUB", ["russian rouble"] = "RUB", ["turkish lira"] = "TRY", ["kuwaiti dinar"] = "KWD", ["south korean won"] = "KRW", ["korean won"] = "KRW",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Hundredths: the currency they belong to, empty where several have them.</summary>
    public static readonly FrozenDictionary<string, string> Hundredths = new Dictionary<string, string>
    {
        ["cent"] = "", ["cents"] = "", ["penny"] = "", ["pennies"] = "", ["pence"] = "GBP", ["¢"] = "USD",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
