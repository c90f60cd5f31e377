"""Characters that are taken for each other by how they look. Those that sound alike need no list."""

from typing import Final

# Simplified, as texts are folded.
_GROUPS: Final = (
    "末未 土士 己已巳 日曰 人入 八入 天夭 干千于 大太犬 白百 目自 由甲申田 午牛 力刀 乌鸟 免兔"
    " 住往佳 吴昊 今令 处外 贝见 圆园 侍待持 准淮 凉谅 粱梁 蓝篮 膜漠模摸 睛晴清请情 徽微"
    " 祼裸棵 拔拨 候侯 辩辨辫 烧浇绕饶 竞竟 戌戍戊成 崇祟 荼茶 沐沭 冶治 汆氽 帐账胀 篷蓬逢"
    " 壶壸 陪赔培 捡检脸验 敞敝 驼驰 肓盲 炙灸 券卷 薄簿 暇遐瑕 幕慕暮墓 密蜜 栗粟 杨扬场"
    " 喝渴揭 抱饱泡跑炮 粉纷份 板扳版 杯怀坏 环坏 裤库 鞋鞍 袜妹 帽冒 裙群 衬村 衫杉 毯毡 睡垂"
    " 袋贷 炉护 椅倚骑 桌卓 霜箱 唇辰 眉肩 腮思 眼眠 防访 晒洒 水永 露霞 营菅 登蹬 包句 背皆"
    " 跟银 根很 饰饭 链练 耳且 戒式 珠株 钻站 表衣 狗枸 王玉 主王 买卖 木本 禾木 休体 林材"
    " 鱼渔 孔扎 孩该 童重 婴樱 奶仍 玩现 具真 笔毛 纸低 锅祸 碗婉 盘盐 勺匀 壁璧 瓶拼 柜拒"
    " 床庆 枕忱 被披 窗囱 帘穷 风凤 机杌 扇扁 冰水 箱霜 视现 脑恼 键健 充允 线浅钱 插播 座坐"
    " 西酉 安按 皮披 肉内 虾吓 蟹懈 面而 粥弱 饼拼 糖塘 果课 苹萍 桃挑 梅海 草苹 莓霉 橙澄"
    " 柠拧 葡匍 萄掏 瓜爪 红江 绿缘录 紫索 灰恢 黑墨 青责 城诚 山出 海每 湖糊 江汪 河何 岛乌"
    " 花化 春眷 夏复 秋秒 游斿 泳咏 滑猾 雪雷 跳挑 健建 瑜榆 伽枷 球求 拍柏 骑奇 徒陡 步涉"
)


def _others() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for group in _GROUPS.split():
        for char in group:
            found.setdefault(char, []).extend(other for other in group if other != char)
    return {char: "".join(dict.fromkeys(others)) for char, others in found.items()}


_OTHERS: Final = _others()


def lookalikes(char: str) -> str:
    """Characters that look like this one."""
    return _OTHERS.get(char, "")
