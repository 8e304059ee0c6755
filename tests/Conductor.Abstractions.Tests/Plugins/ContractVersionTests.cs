using Conductor.Plugins;

namespace Conductor.Abstractions.Tests.Plugins;

public sealed class ContractVersionTests
{
    private static Version Current => ContractVersion.Current;

    [Fact]
    public void Accepts_OwnVersion_Always() => Assert.True(ContractVersion.Accepts(Current));

    [Fact]
    public void Accepts_NewerBuildOfTheSameMinor_IsTrue() => Assert.True(ContractVersion.Accepts(new Version(Current.Major, Current.Minor, Current.Build + 7, 1)));

    [Fact]
    public void Accepts_EarlierMinor_IsTrue() => Assert.All(Enumerable.Range(0, Current.Minor + 1), minor => Assert.True(ContractVersion.Accepts(new Version(Current.Major, minor))));

    [Fact]
    public void Accepts_LaterMinor_IsFalse() => Assert.False(ContractVersion.Accepts(new Version(Current.Major, Current.Minor + 1)));

    [Fact]
    public void Accepts_AnotherMajor_IsFalse() => Assert.False(ContractVersion.Accepts(new Version(Current.Major + 1, 0)));

    [Fact]
    public void Accepts_Null_Throws() => Assert.Throws<ArgumentNullException>(() => ContractVersion.Accepts(null!));
}
