using System.Text;
using Conductor.Privacy;

namespace Conductor.Core.Tests.Privacy;

/// <summary>What is personal data and what only looks like it; and that this does not depend on where a text was cut.</summary>
public sealed class PersonalScannerTests
{
    [Theory]
    // e-mail
    [InlineData("joe@example.com", "[EMAIL]")]
    [InlineData("Mail joe.bloggs+news@mail.example.co.uk, please.", "Mail [EMAIL], please.")]
    [InlineData("<joe_b-1%x@sub.example.org>", "<[EMAIL]>")]
    [InlineData("joe@example.com.", "[EMAIL].")]
    [InlineData("joe@example.com- and", "[EMAIL]- and")]
    [InlineData("mailto:joe@example.com?subject=x", "mailto:[EMAIL]?subject=x")]
    [InlineData("joe@b\u00fccher.de, joe@xn--bcher-kva.example", "[EMAIL], [EMAIL]")]
    [InlineData("a@b.co;c@d.io", "[EMAIL];[EMAIL]")]
    [InlineData("joe@example.com.123", "[EMAIL].123")]
    [InlineData("\"joe@example.com\"", "\"[EMAIL]\"")]
    // cards: Visa, Mastercard (both ranges), Amex, Discover, JCB, Diners, Maestro
    [InlineData("4111 1111 1111 1111", "[CARD]")]
    [InlineData("4111-1111-1111-1111, 5555555555554444", "[CARD], [CARD]")]
    [InlineData("card 2223003122003222 exp 12/27", "card [CARD] exp 12/27")]
    [InlineData("3782 822463 10005", "[CARD]")]
    [InlineData("6011111111111117 3530111333300000", "[CARD] [CARD]")]
    [InlineData("30569309025904", "[CARD]")]
    [InlineData("4111 1111 1111 1111 12 27", "[CARD] 12 27")]
    [InlineData("No. 12 4111 1111 1111 1111", "No. 12 [CARD]")]
    // IBANs of several countries
    [InlineData("DE89 3704 0044 0532 0130 00", "[IBAN]")]
    [InlineData("GB29NWBK60161331926819.", "[IBAN].")]
    [InlineData("FR14 2004 1010 0505 0001 3M02 606", "[IBAN]")]
    [InlineData("IBAN: NL91 ABNA 0417 1643 00", "IBAN: [IBAN]")]
    [InlineData("no9386011117947", "[IBAN]")]
    [InlineData("CH93 0076 2011 6238 5295 7; MT84MALT011000012345MTLCAST001S", "[IBAN]; [IBAN]")]
    // telephones: Germany, Great Britain, France, the United States, Switzerland, Spain
    [InlineData("+49 30 901820", "[PHONE]")]
    [InlineData("+44 20 7946 0958 or 020 7946 0958", "[PHONE] or [PHONE]")]
    [InlineData("+1 (212) 555-0123", "[PHONE]")]
    [InlineData("(212) 555-0123, 212-555-0123, 212.555.0123, 1-212-555-0123", "[PHONE], [PHONE], [PHONE], [PHONE]")]
    [InlineData("212-555-0123 12 times", "[PHONE] 12 times")]
    [InlineData("06 12 34 56 78", "[PHONE]")]
    [InlineData("0041 44 668 18 00", "[PHONE]")]
    [InlineData("tel:+34-91-123-45-67", "tel:[PHONE]")]
    [InlineData("0171/1234567", "[PHONE]")]
    [InlineData("(030) 90182000", "[PHONE]")]
    [InlineData("+491701234567.", "[PHONE].")]
    public void Mask_PersonalData_MarkInItsPlace(string text, string masked) => Assert.Equal(masked, PersonalScanner.Mask(text, PersonalKinds.All));

    [Theory]
    // no addresses
    [InlineData("@everyone, joe@localhost, joe@, @example.com")]
    [InlineData("npm i @scope/pkg@1.2.3 and x@1.0")]
    [InlineData("joe..bloggs@")]
    [InlineData("joe@-example.com")]
    [InlineData("a@b.c")]
    // no cards: checksum, length, issuer, part of something longer
    [InlineData("4111 1111 1111 1112")]
    [InlineData("1234567890123452")]
    [InlineData("9999999999999995")]
    [InlineData("41111111111111111111111")]
    [InlineData("x4111111111111111")]
    [InlineData("4111111111111111a")]
    [InlineData("0.4111111111111111")]
    [InlineData("order 4111 1111 1111")]
    // no IBANs: checksum, length, country
    [InlineData("DE89 3704 0044 0532 0130 01")]
    [InlineData("DE89 3704 0044 0532 0130")]
    [InlineData("XX89 3704 0044 0532 0130 00")]
    [InlineData("DE89370400440532013000X")]
    // no telephones: dates, times, versions, amounts, addresses of machines, identifiers
    [InlineData("2026-11-20 18:36:54, 01.02.2026, 01-02-2026 12:00")]
    [InlineData("192.168.100.200 and 10.0.0.1:8080")]
    [InlineData("1.234.567,89 or 1,234,567.89 or 12 345 678")]
    [InlineData("v10.0.12 build 20261120.1")]
    [InlineData("req_0123456789abcdef and 550e8400-e29b-41d4-a716-446655440000")]
    [InlineData("ISBN 0-306-40615-2, 978-3-16-148410-0")]
    [InlineData("1 + 2 3 4 5 6 7 8 9")]
    [InlineData("+1 2 3 4 5 6 7 8")]
    [InlineData("123-45-6789")]
    [InlineData("112-555-0123")]
    [InlineData("20261120 12345678901")]
    [InlineData("")]
    public void Mask_WhatOnlyLooksLikeIt_IsLeftAlone(string text) => Assert.Same(text, PersonalScanner.Mask(text, PersonalKinds.All));

    [Fact]
    public void Mask_KindsThatAreNotAskedFor_AreLeft()
    {
        const string text = "joe@example.com 4111111111111111 DE89370400440532013000 +49 30 901820";

        Assert.Equal("[EMAIL] 4111111111111111 DE89370400440532013000 +49 30 901820", PersonalScanner.Mask(text, PersonalKinds.Email));
        Assert.Equal("joe@example.com [CARD] DE89370400440532013000 +49 30 901820", PersonalScanner.Mask(text, PersonalKinds.Card));
        Assert.Equal(PersonalKinds.All, PersonalScanner.KindsIn(text, PersonalKinds.All));
    }

    public static TheoryData<string> ShortTexts =>
    [
        "a joe@example.com, b",
        "joe@example.com.123",
        "x@y.zz-@q.rs",
        "4111 1111 1111 1111 12",
        "DE89 3704 0044 0532 0130 00!",
        "+49 30 901820 7, (212) 555-0123",
        "01-02-2026 06 12 34 56 78",
        "joe..b@x.de joe@localhost @",
        "\ud83d\ude00joe@x.de\ud83d\ude00",
        "No 3782 822463 10005-joe@x.io",
    ];

    /// <summary>Every pair of cuts: the same text, byte for byte, and never more kept back than the bound.</summary>
    [Theory]
    [MemberData(nameof(ShortTexts))]
    public void Add_EveryPairOfCuts_SameText(string text)
    {
        var whole = PersonalScanner.Mask(text, PersonalKinds.All);
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= text.Length; second++)
            {
                Assert.Equal(whole, InPieces([text[..first], text[first..second], text[second..]]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(ShortTexts))]
    public void Add_LetterByLetter_SameText(string text) => Assert.Equal(PersonalScanner.Mask(text, PersonalKinds.All), InPieces([.. text.Select(letter => letter.ToString())]));

    [Fact]
    public void Add_LongTextsRandomCuts_SameText()
    {
        var random = new Random(20261120);
        for (var round = 0; round < 400; round++)
        {
            var text = Random(random, 40);
            var whole = PersonalScanner.Mask(text, PersonalKinds.All);
            for (var cut = 0; cut < 12; cut++)
            {
                Assert.Equal(whole, InPieces(Cut(random, text)));
            }
        }
    }

    [Fact]
    public void Add_LongestCandidates_KeptBackWithinTheBound()
    {
        string[] endless =
        [
            new string('a', 5000), new string('1', 5000), string.Concat(Enumerable.Repeat("1 ", 2500)), "a@" + string.Concat(Enumerable.Repeat(new string('b', 63) + ".", 50)),
            string.Concat(Enumerable.Repeat("4111-", 1000)), "DE" + new string('8', 4000), "+" + string.Concat(Enumerable.Repeat("12 (34) ", 500)), new string('.', 3000), string.Concat(Enumerable.Repeat("a.", 2000)),
        ];
        foreach (var text in endless)
        {
            var scanner = new PersonalScanner(PersonalKinds.All);
            var most = 0;
            foreach (var letter in text)
            {
                scanner.Add([letter], isLast: false);
                most = Math.Max(most, scanner.Kept);
            }

            Assert.InRange(most, 0, PersonalScanner.MostKept);
        }

        Assert.InRange(PersonalScanner.MostKept, 0, 512);
    }

    private static string InPieces(IReadOnlyList<string> pieces)
    {
        var scanner = new PersonalScanner(PersonalKinds.All);
        var output = new StringBuilder();
        for (var i = 0; i < pieces.Count; i++)
        {
            output.Append(scanner.Add(pieces[i], i == pieces.Count - 1));
            Assert.InRange(scanner.Kept, 0, PersonalScanner.MostKept);
        }

        return output.ToString();
    }

    private static string Random(Random random, int words)
    {
        string[] parts =
        [
            "joe@example.com", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "+49 30 901820", "(212) 555-0123", "word", "12", "0", " ", " ", "-", ".", "@", "(", "+", "a", "DE", "\u00e9", "\ud83d\ude00", "b@c.", "020 7946 0958",
        ];
        var text = new StringBuilder();
        for (var i = 0; i < words; i++)
        {
            var part = parts[random.Next(parts.Length)];
            text.Append(random.Next(6) == 0 ? part[..random.Next(part.Length + 1)] : part);
        }

        return text.ToString();
    }

    private static List<string> Cut(Random random, string text)
    {
        var pieces = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(text.Length - at, random.Next(0, random.Next(1, 30)));
            pieces.Add(text.Substring(at, length));
            at += length;
        }

        pieces.Add("");
        return pieces;
    }
}
