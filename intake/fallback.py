"""What the form asks on a desk that offers no request type: enough to reach the right engineer."""

from intake.definition import Condition, Definition, Field, Kind, Need, Operator, Test, Words

DEFINITION = Definition(
    name=Words("Request", "请求"),
    asks_impact=True,
    fields=(
        Field("application", Kind.APPLICATION, Words("Application", "应用")),
        Field(
            "product",
            Kind.PRODUCT,
            Words("Product", "产品"),
            why=Words("It decides which engineer gets the ticket.", "决定工单由哪位工程师处理。"),
            required_if=Condition(tests=(Test("priority", Operator.IS_NOT, ("P1",)),)),
        ),
        Field("platform", Kind.PLATFORM, Words("Platform", "平台"), need=Need.RECOMMENDED),
        Field("sdk_version", Kind.VERSION, Words("SDK version", "SDK 版本"), need=Need.RECOMMENDED),
        Field("steps", Kind.LONG_TEXT, Words("Steps to reproduce", "复现步骤")),
    ),
)
