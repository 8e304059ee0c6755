using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;
using static Conductor.Core.Tests.Storage.LedgerRows;

namespace Conductor.Core.Tests.Storage;

public sealed class ReconciliationTests
{
    [Theory]
    [InlineData("request_id,input_tokens,output_tokens,cost_usd\nup_1,20,10,0.00000001\n\"up,2\",1,2,\n")]
    [InlineData("\uFEFFRequest ID;Prompt Tokens;Completion Tokens;Cost\r\nup_1;20;10;1e-8\r\n\"up,2\";1;2;\r\n")]
    [InlineData("{\"id\":\"up_1\",\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":10},\"cost\":1e-8}\n\n{\"generation_id\":\"up,2\",\"tokens_prompt\":1,\"tokens_completion\":\"2\"}")]
    [InlineData("  [{\"request_id\":\"up_1\",\"input_tokens\":20,\"output_tokens\":10,\"total_cost\":\"0.00000001\"},{\"id\":\"up,2\",\"input_tokens\":1,\"output_tokens\":2}]")]
    public void Read_ExportOfAnyShape_GivesItsLines(string text)
    {
        var lines = UsageExport.Read(new StringReader(text)).ToList();

        Assert.Equal([new UsageExportLine("up_1", 20, 10, new NanoUsd(10)), new UsageExportLine("up,2", 1, 2, null)], lines);
    }

    [Theory]
    [InlineData("model,tokens\na,1\n", "names no column")]
    [InlineData("id,input_tokens\nup_1,many\n", "Line 2: 'many' is no number")]
    [InlineData("id,cost\nup_1,-5\n", "no amount in US dollars")]
    [InlineData("{\"id\":\"a\"}\n{oops\n", "Line 2 is no JSON")]
    [InlineData("{\"tokens\":1}", "Line 1 has no request id")]
    public void Read_WhatIsNoExport_SaysWhere(string text, string problem)
    {
        var refused = Assert.Throws<FormatException>(() => UsageExport.Read(new StringReader(text)).ToList());

        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_LedgerAndAccount_TellsWhatIsMatchedMissingAndDrifted()
    {
        var reconciliation = new LedgerReconciliation();
        reconciliation.Take(new UsageExportLine("same", 20, 10, new NanoUsd(10)));
        reconciliation.Take(new UsageExportLine("same", 20, 10, new NanoUsd(10)));
        reconciliation.Take(new UsageExportLine("dearer", 20, 12, new NanoUsd(15)));
        reconciliation.Take(new UsageExportLine("no figures", null, null, null));
        reconciliation.Take(new UsageExportLine("unbooked", 1, 1, new NanoUsd(3)));

        foreach (var id in (string?[])["same", "dearer", "no figures", "unbilled", null])
        {
            reconciliation.Take(Row($"r_{id}") with { UpstreamRequestId = id });
        }

        reconciliation.Take(Row("refused") with { UpstreamRequestId = "refused", CostStatus = CostStatus.Released });

        Assert.Equal((3, 1, 1, 1, 1), (reconciliation.Matched, reconciliation.Drifted, reconciliation.MissingInLedger, reconciliation.MissingInExport, reconciliation.Repeated));
        Assert.Equal((-2, new NanoUsd(-5), new NanoUsd(3)), (reconciliation.TokenDrift, reconciliation.CostDrift, reconciliation.MissingCost));
        Assert.False(reconciliation.Agrees);
        Assert.Equal(3, reconciliation.Differences.Count());
    }

    [Fact]
    public void Take_TwoRowsOfOneId_IsADifference()
    {
        var reconciliation = new LedgerReconciliation();
        reconciliation.Take(new UsageExportLine("up", 20, 10, null));
        reconciliation.Take(Row("a") with { UpstreamRequestId = "up" });
        Assert.True(reconciliation.Agrees);

        reconciliation.Take(Row("b") with { UpstreamRequestId = "up" });

        Assert.False(reconciliation.Agrees);
    }
}
