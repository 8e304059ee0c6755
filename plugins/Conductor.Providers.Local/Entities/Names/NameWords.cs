using System.Collections.Frozen;

namespace Conductor.Providers.Local.Entities;

/// <summary>Words in and around names that tell what they name.</summary>
internal static class NameWords
{
    public static readonly FrozenSet<string> Titles = Set(
        "mr mrs ms miss dr prof professor sir madam lord lady king queen prince princess emperor president chancellor minister senator sen rep congressman governor gov mayor judge justice general gen colonel col captain capt "
        + "lieutenant lt sergeant sgt major admiral pope saint father sister brother rabbi imam bishop cardinal coach director secretary ambassador detective officer actor actress singer chairman ceo uncle aunt grandma grandpa");

    public static readonly FrozenSet<string> OrganizationHeads = Set(
        "inc incorporated corp corporation co company companies ltd limited llc plc gmbh ag sa university college school academy institute institution association society foundation council committee commission department ministry agency "
        + "bureau office bank group holdings partners party union league club team fc cf united church hospital clinic museum library orchestra theatre theater studios studio records pictures entertainment press news times post "
        + "journal magazine gazette herald tribune telegraph network channel radio tv television airlines airways air railway railways army navy force forces police court congress senate parliament house assembly nations federation "
        + "confederation brigade regiment battalion division corps squadron fund trust capital ventures systems technologies technology software labs laboratories motors industries international global services solutions energy oil gas "
        + "electric media communications telecom foods stores store cafe restaurant hotel");

    /// <summary>Heads that name nothing but organizations, behind a name ("Acme Inc.") or in front of "of" ("University of York").</summary>
    public static readonly FrozenSet<string> SureOrganizationHeads = Set(
        "inc incorporated corp corporation co company companies ltd limited llc plc gmbh ag university college institute institution association society foundation council committee commission department ministry agency bureau bank "
        + "party union league fc church orchestra army navy brigade regiment battalion division corps squadron federation confederation congress senate parliament airlines airways records");

    public static readonly FrozenSet<string> PlaceHeads = Set(
        "city town village county state province district region republic kingdom island islands isle river lake sea ocean bay gulf strait channel mountain mountains mount hill hills valley desert forest park beach coast cape peninsula "
        + "street st road rd avenue ave boulevard blvd drive lane square plaza bridge tunnel station airport port harbor harbour castle palace tower building center centre stadium arena field garden gardens falls creek canyon springs heights "
        + "north south east west northern southern eastern western central upper lower");

    public static readonly FrozenSet<string> PlaceOpeners = Set("lake mount mt fort port san santa los las el saint st north south east west new cape isle upper lower northern southern eastern western");

    public static readonly FrozenSet<string> Speech = Set("said says say told tells added adds asked asks replied wrote writes tweeted announced explained thinks believes died born married met played plays scored won directed sang");

    public static readonly FrozenSet<string> Joints = Set("of de da do dos del della di du van von der den la le el bin ibn al y e and the for");

    public static readonly FrozenSet<string> Particles = Set("de da do dos del della di du van von der den bin ibn al la le");

    private static FrozenSet<string> Set(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
