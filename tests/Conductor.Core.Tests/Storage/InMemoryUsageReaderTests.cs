using Conductor.Storage;

namespace Conductor.Core.Tests.Storage;

public sealed class InMemoryUsageReaderTests : UsageReaderConformance
{
    protected override ILedgerStore Open() => new InMemoryLedgerStore();
}
