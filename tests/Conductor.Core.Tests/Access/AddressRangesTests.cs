using System.Net;
using Conductor.Access;

namespace Conductor.Core.Tests.Access;

public sealed class AddressRangesTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)] // over a socket of both families
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("::1", "::1", true)]
    [InlineData("::/0", "10.1.2.3", false)]
    public void Contain_Address_AsTheRangeSays(string range, string address, bool isIn)
    {
        Assert.True(AddressRanges.TryParse(range, out var parsed));

        Assert.Equal(isIn, AddressRanges.Contain([parsed], IPAddress.Parse(address)));
    }

    [Fact]
    public void Contain_NoAddress_No() => Assert.False(AddressRanges.Contain([IPNetwork.Parse("0.0.0.0/0")], null));

    [Theory]
    [InlineData("")]
    [InlineData("10.1.0.0/8")] // bits behind the prefix
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("example.com")]
    [InlineData("fe80::1%eth0")]
    [InlineData("2001:db8::1/32")]
    public void TryParse_NoRange_False(string text) => Assert.False(AddressRanges.TryParse(text, out _));
}
