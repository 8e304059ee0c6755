using System.CommandLine;
using System.Globalization;
using Conductor.Host.Prove;
using Conductor.Host.Prove.Secrets;

namespace Conductor.Host.Cli;

/// <summary>`conductor prove dialects` and `conductor prove secrets`.</summary>
internal static class ProveCommand
{
    private static readonly Option<int> Seed = new("--seed") { Description = "The first seed; a failure names its own.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Conversations for each pair and feature, 1 to 100000.", HelpName = "N", DefaultValueFactory = _ => 200 };

    private static readonly Option<bool> Quick = new("--quick") { Description = "At most 10 rounds." };

    public static Command Create()
    {
        var dialects = new Command("dialects", "Send generated conversations through every pair of dialects and back, and show what arrives.") { Seed, Rounds, Quick };
        dialects.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = CancelOnSignal.Create(cancellationToken);
            var rounds = Math.Clamp(parsed.GetValue(Rounds), 1, parsed.GetValue(Quick) ? 10 : 100_000);
            var proof = new DialectProof(parsed.GetValue(Seed), rounds);
            return Print(await proof.RunAsync(stop.Token), proof);
        });
        return new Command("prove", "Prove on this machine what the documentation says.") { dialects, Secrets() };
    }

    private static Command Secrets()
    {
        var secrets = new Command("secrets", "Give a gateway secrets that exist to be looked for, drive it every way, and look for them in all that it lets out.");
        secrets.SetAction(async (_, cancellationToken) =>
        {
            using var stop = CancelOnSignal.Create(cancellationToken);
            var proof = new SecretsProof();
            await proof.RunAsync(stop.Token);
            var (rows, hits) = proof.Look();
            Terminal.Table(["where", "bytes", .. Canary.FormNames], rows.Select(row => (IReadOnlyList<string>)
            [
                row.Way, row.Bytes.ToString(CultureInfo.InvariantCulture), .. row.Hits.Select(count => count.ToString(CultureInfo.InvariantCulture)),
            ]));
            foreach (var wrong in hits.Concat(proof.Gaps))
            {
                Terminal.Error(wrong);
            }

            Terminal.Note(string.Create(CultureInfo.InvariantCulture, $"{proof.Canaries.Count} secrets, {proof.Asked} requests: {hits.Count} found, {proof.Gaps.Count} ways not tried"));
            return hits.Count + proof.Gaps.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return secrets;
    }

    private static int Print(ProofMatrix matrix, DialectProof proof)
    {
        foreach (var way in new[] { "request", "answer", "stream" })
        {
            Terminal.Table([way, .. matrix.Columns.Skip(1)], matrix.Rows(way));
        }

        foreach (var failure in proof.Failures)
        {
            Terminal.Error(failure);
        }

        Terminal.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{proof.Checked} conversations and answers; pairs × features: {matrix.Count(Outcome.Pass)} pass, {matrix.Count(Outcome.Loss)} declared loss, {matrix.Count(Outcome.Refused)} refused, {matrix.Count(Outcome.NotOffered)} not offered, {matrix.Count(Outcome.Fail)} fail"));
        return matrix.Count(Outcome.Fail) == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
